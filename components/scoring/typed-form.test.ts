import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { swaggerFiles } from "#server/domain/scaffold/swagger";
import { exampleRequest } from "#server/domain/scaffold/signature";
import type { Signature } from "#server/domain/scaffold/types";
import { parseExactly, writeExactly } from "./exact-json";
import { blankBody, fitsForm, rowsOf, withRows, withValue } from "./form-body";
import { hasFields, shapeOf, type FormField, type FormShape } from "./form-shape";
import { problemOf, textOf, valueOf } from "./form-value";
import { refusalAt, refusalOf } from "./refusal";
import type { Json } from "./swagger-input";

const input = (name: string, type: string, required = true, shape: readonly number[] | null = null) => ({ name, type, shape, required });
const table: Signature = {
  kind: "columns",
  inputs: [input("age", "long"), input("rate", "double"), input("smoker", "boolean"), input("city", "string", false), input("seen", "datetime", false)],
  outputs: [],
  params: [{ name: "top", type: "integer", default: 3 }],
};
const shapesOf = (signature: Signature): readonly FormShape[] =>
  swaggerFiles("model", signature, exampleRequest(signature)).map((file) => shapeOf(JSON.parse(file.content) as Json));
const shape = shapesOf(table)[0] ?? { table: null, values: [] };
const columns = shape.table ?? { key: "", layout: "split", columns: [] };
const field = (type: FormField["type"], required = true): FormField => ({ name: "x", type, required, depth: 0 });

describe("the form that a swagger describes", () => {
  it("has a field per column and parameter of a generated one, of both versions alike", () => {
    const [two, three] = shapesOf(table);
    expect(two).toEqual(three);
    expect(columns.columns.map(({ name, type, required }) => [name, type, required])).toEqual([
      ["age", "integer", true],
      ["rate", "number", true],
      ["smoker", "boolean", true],
      ["city", "string", false],
      ["seen", "datetime", false],
    ]);
    expect(shape.values.map(({ path, field: { type, required } }) => [path, type, required])).toEqual([[["params", "top"], "integer", false]]);
  });

  it("has one value per tensor, with its rank", () => {
    const [found] = shapesOf({ kind: "tensors", inputs: [input("image", "float32", true, [-1, 28, 28])], outputs: [], params: [] });
    expect(found).toEqual({ table: null, values: [{ path: ["input_data", "image"], field: { name: "image", type: "json", required: true, depth: 3 } }] });
  });

  it("reads records as inference-schema describes them, and values beside them", () => {
    const properties = { age: { type: "integer", format: "int64" }, city: { type: "string" } };
    const definitions = {
      ServiceInput: {
        type: "object",
        properties: { data: { type: "array", items: { type: "object", properties } }, method: { type: "string" }, any: { type: "object" } },
      },
    };
    const parameters = [{ in: "body", schema: { $ref: "#/definitions/ServiceInput" } }];
    const found = shapeOf({ definitions, paths: { "/score": { post: { parameters } } } });
    expect(found.table).toMatchObject({
      key: "data",
      layout: "records",
      columns: [
        { name: "age", type: "integer" },
        { name: "city", type: "string" },
      ],
    });
    expect(found.values).toMatchObject([{ path: ["method"], field: { type: "string" } }]);
  });

  it("is none where nothing is named, whatever a model serves", () => {
    expect(hasFields(shapeOf({}))).toBe(false);
    fc.assert(
      fc.property(fc.jsonValue(), (schema) => {
        const found = shapeOf({ paths: { "/score": { post: { requestBody: { content: { "application/json": { schema } } } } } } });
        return Array.isArray(found.values);
      }),
    );
  });
});

describe("the body behind the form", () => {
  it("comes back from the form as it was, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(writeExactly(parseExactly(JSON.stringify(value))))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("keeps every digit of a number", () => {
    const text = '{\n  "id": 9007199254740993,\n  "rate": 1.50,\n  "text \\" 1.50": "say \\"1.0\\""\n}';
    expect(writeExactly(parseExactly(text))).toBe(text);
  });

  it("changes one value and leaves what the form does not show", () => {
    const body = { note: "kept", input_data: { columns: ["extra", "age"], index: [7], data: [["kept too", 1]] } };
    const [row] = rowsOf(columns, body) ?? [];
    expect(withRows(columns, body, [{ ...row, age: 41, city: "Bonn" }])).toEqual({
      note: "kept",
      input_data: { columns: ["extra", "age", "city"], index: [7], data: [["kept too", 41, "Bonn"]] },
    });
  });

  it("gives labels to rows that were added, and takes records as records", () => {
    const body = { input_data: { columns: ["age"], index: [7], data: [[1]] } };
    expect(withRows(columns, body, [{ age: 1 }, { age: 2 }])).toEqual({ input_data: { columns: ["age"], index: [0, 1], data: [[1], [2]] } });
    const records = { input_data: [{ age: 1 }] };
    expect(withRows(columns, records, [...(rowsOf(columns, records) ?? []), { age: 2 }])).toEqual({ input_data: [{ age: 1 }, { age: 2 }] });
  });

  it("is not shown as a form where a row could not be kept", () => {
    for (const data of [{ columns: ["a", "a"], data: [[1, 2]] }, { columns: ["a"], data: [[1, 2]] }, [[1, 2]], "text"])
      expect(fitsForm(shape, { input_data: data })).toBe(false);
    expect(fitsForm(shape, undefined)).toBe(false);
    expect(fitsForm(shape, blankBody(shape))).toBe(true);
  });

  it("has a parameter only while it is given", () => {
    const given = withValue({ input_data: [] }, ["params", "top"], 5);
    expect(given).toEqual({ input_data: [], params: { top: 5 } });
    expect(withValue(given, ["params", "top"], null)).toEqual({ input_data: [], params: {} });
  });
});

describe("a typed value", () => {
  it("is what its field's type says", () => {
    expect(valueOf(field("integer"), "41")).toBe(41);
    expect(textOf(valueOf(field("integer"), "9007199254740993"))).toBe("9007199254740993");
    expect(valueOf(field("boolean"), "false")).toBe(false);
    expect(valueOf(field("json"), "[[1, 2]]")).toEqual([[1, 2]]);
    expect(valueOf(field("datetime"), "2026-01-31T12:00:00")).toBe("2026-01-31T12:00:00");
  });

  it("that is missing is null, but for text that has to be there", () => {
    expect(valueOf(field("number"), " ")).toBeNull();
    expect(valueOf(field("string", false), "")).toBeNull();
    expect(valueOf(field("string"), "")).toBe("");
    expect(problemOf(field("number"), null)).toBe("A value is needed.");
    expect(problemOf(field("number", false), null)).toBeNull();
  });

  it("that does not fit goes as it was typed, and says so", () => {
    expect(valueOf(field("integer"), "old")).toBe("old");
    for (const [type, text] of [
      ["integer", "1.5"],
      ["number", "old"],
      ["boolean", "maybe"],
      ["datetime", "soon"],
      ["json", "[1"],
    ] as const)
      expect(problemOf(field(type), valueOf(field(type), text)), type).not.toBeNull();
  });
});

it("a refusal is found by the column and row that it names, also behind the gateway's own status", () => {
  const answer = (message: string, status = 400, headers: [string, string][] = []) => refusalOf({ status, headers, body: JSON.stringify({ message }) });
  const refusal = answer('Column `age`, row 1: "old" is not a number.', 424, [["ms-azureml-model-error-statuscode", "400"]]);
  expect(refusalAt(refusal, "age", 1)).toContain("is not a number");
  expect(refusalAt(refusal, "age", 0)).toBeNull();
  expect(refusalAt(answer("Column `age` is missing."), "age", 0)).toContain("is missing");
  expect(answer("Column `age` is missing.", 424, [["ms-azureml-model-error-statuscode", "500"]])).toBeNull();
  expect(refusalOf({ status: 400, headers: [], body: "not JSON" })).toBeNull();
});
