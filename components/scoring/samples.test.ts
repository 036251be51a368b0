import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptSamples, samplesOf } from "./samples";

const swagger2 = (definitions: object) => ({
  swagger: "2.0",
  paths: { "/score": { post: { parameters: [{ name: "serviceInputPayload", in: "body", schema: { $ref: "#/definitions/ServiceInput" } }] } } },
  definitions,
});
const bodies = (document: Record<string, unknown>) => samplesOf(document).map((sample) => JSON.parse(sample.body) as unknown);

describe("samples of a swagger", () => {
  it("are the example that the inference server made of the script's own", () => {
    const example = { data: [[1, 2, 3]] };
    expect(bodies(swagger2({ ServiceInput: { type: "object", properties: { data: { type: "array" } }, example } }))).toEqual([example]);
  });

  it("are made of the types where no example is given", () => {
    const document = swagger2({
      ServiceInput: { type: "object", properties: { rows: { type: "array", items: { $ref: "#/definitions/Row" } }, top: { type: "integer" } }, example: {} },
      Row: { type: "object", properties: { name: { type: "string" }, age: { type: "number" }, old: { type: "boolean" } } },
    });
    expect(bodies(document)).toEqual([{ rows: [{ name: "text", age: 0.5, old: true }], top: 0 }]);
  });

  it("are read from OpenAPI 3 too, each example by its name", () => {
    const content = { "application/json": { schema: {}, examples: { one: { value: [1] }, two: { value: { a: 2 } } } } };
    expect(samplesOf({ openapi: "3.1.0", paths: { "/score": { post: { requestBody: { content } } } } })).toMatchObject([{ name: "one" }, { name: "two" }]);
  });

  it("are none for a script that says nothing of its input", () => {
    expect(samplesOf(swagger2({ ServiceInput: { type: "object", example: {} } }))).toEqual([]);
    expect(samplesOf({})).toEqual([]);
  });

  it("end on a schema that holds itself", () => {
    const node = { type: "object", properties: { value: { type: "integer" }, next: { $ref: "#/definitions/ServiceInput" } } };
    expect(bodies(swagger2({ ServiceInput: node }))).toHaveLength(1);
  });

  it("never fail, whatever a model serves", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (junk) => Array.isArray(samplesOf({ paths: { "/score": { post: junk } }, ...junk }))));
  });
});

it("what is kept of a deployment is told by where it comes from, to the digit, and not twice", () => {
  const kept = [
    { source: "given", contentType: "application/json", body: '{"id":9007199254740993}' },
    { source: "code", contentType: "application/json", body: '{"data":[1]}' },
    { source: "generated", contentType: "text/csv", body: "a,b" },
  ] as const;
  expect(keptSamples(kept, [{ name: "From the swagger", body: '{\n  "data": [1]\n}' }])).toEqual([
    { name: "From the doctor", body: '{\n  "id": 9007199254740993\n}' },
    { name: "From the model", body: "a,b" },
  ]);
});
