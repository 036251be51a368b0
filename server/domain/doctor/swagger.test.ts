import { expect, it } from "vitest";
import { readSwagger } from "./swagger";

const info = { title: "ML service", version: "1.0" };
const definitions = { ServiceInput: { type: "object", example: { data: [[1, 2]] } } };
const swagger2 = {
  swagger: "2.0",
  info,
  paths: { "/score": { post: { parameters: [{ in: "body", schema: { $ref: "#/definitions/ServiceInput" } }] } } },
  definitions,
};
const openapi3 = {
  openapi: "3.0.3",
  info,
  paths: { "/": {}, "/score": { post: { requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/ServiceInput" } } } } } } },
  components: { schemas: definitions },
};

it("reads both kinds, with the example of the scoring request", () => {
  expect(readSwagger(JSON.stringify(swagger2))).toEqual({ version: "Swagger 2.0", problem: null, example: '{"data":[[1,2]]}' });
  expect(readSwagger(JSON.stringify(openapi3))).toEqual({ version: "OpenAPI 3.0.3", problem: null, example: '{"data":[[1,2]]}' });
  expect(readSwagger(JSON.stringify({ swagger: "2.0", info, paths: { "/score": {} } })).example).toBeNull();
});

it.each([
  ["<html>", "it is not JSON."],
  ["[]", "it is not a JSON object."],
  ["{}", 'it has neither "swagger": "2.0" nor "openapi": "3…".'],
  [JSON.stringify({ swagger: "2.0", paths: { "/": {} } }), "its info lacks title or version."],
  [JSON.stringify({ swagger: "2.0", info, paths: {} }), "it describes no path."],
])("says what is wrong with %s", (text, problem) => {
  expect(readSwagger(text)).toEqual({ version: null, problem, example: null });
});
