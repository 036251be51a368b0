import type { GeneratedFile, Signature, SignatureField } from "./types";

type Schema = Readonly<Record<string, unknown>>;

function scalarSchema(type: string): Schema {
  const items = /^array\((.*)\)$/.exec(type)?.[1];
  if (items !== undefined) return { type: "array", items: scalarSchema(items) };
  if (type.startsWith("object") || type.startsWith("map")) return { type: "object" };
  if (/^(bool|boolean)$/.test(type)) return { type: "boolean" };
  if (/^(string|str)$/.test(type)) return { type: "string" };
  if (type.startsWith("datetime")) return { type: "string", format: "date-time" };
  if (type === "binary") return { type: "string", format: "byte" };
  if (/^(u?int|long)/.test(type)) return { type: "integer", ...(type === "long" || type.endsWith("64") ? { format: "int64" } : {}) };
  return { type: "number", ...(/^(double|float64)$/.test(type) ? { format: "double" } : {}) };
}

function fieldSchema({ type, shape }: SignatureField): Schema {
  let schema = scalarSchema(type);
  for (let depth = shape?.length ?? 0; depth > 0; depth -= 1) schema = { type: "array", items: schema };
  return schema;
}

const objectOf = (fields: readonly SignatureField[]): Schema => ({
  type: "object",
  required: fields.filter((field) => field.required).map((field) => field.name),
  properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
});

/** Neither version can say what each value of a row is: `x-row` does, as the schema of a row by column, for forms such as the test console's. */
function tableSchema(inputs: readonly SignatureField[]): Schema {
  return {
    type: "object",
    "x-row": objectOf(inputs),
    required: ["columns", "data"],
    properties: {
      columns: { type: "array", items: { type: "string", enum: inputs.map((input) => input.name) } },
      index: { type: "array", items: { type: "integer" } },
      data: { type: "array", items: { type: "array", items: {} } },
    },
  };
}

function inputSchema(signature: Signature | null): Schema {
  if (signature === null || signature.inputs.length === 0) return { type: "array", items: { type: "array", items: { type: "number" } } };
  const [only] = signature.inputs;
  if (signature.inputs.length === 1 && only?.name === "") return fieldSchema(only);
  if (signature.kind === "tensors") return objectOf(signature.inputs);
  return signature.inputs.every((input) => input.name !== "") ? tableSchema(signature.inputs) : { type: "array", items: { type: "array", items: {} } };
}

function requestSchema(signature: Signature | null, example: unknown): Schema {
  const params = (signature?.params ?? []).map((param): SignatureField => ({ name: param.name, type: param.type, shape: null, required: false }));
  return {
    type: "object",
    required: ["input_data"],
    properties: { input_data: inputSchema(signature), ...(params.length === 0 ? {} : { params: objectOf(params) }) },
    ...(example === null ? {} : { example }),
  };
}

const failure: Schema = { type: "object", properties: { message: { type: "string" } } };
const answer: Schema = { type: "array", items: {} };

/**
 * The documents that the inference server hands out in place of its own, in both versions that clients ask for. They lie beside the script, since a
 * container cannot write there.
 */
export function swaggerFiles(title: string, signature: Signature | null, example: unknown): readonly GeneratedFile[] {
  const info = { title, version: "1" };
  const request = requestSchema(signature, example);
  const operation = { operationId: "RunMLService", summary: "Predicts from the given input." };
  const bearer = "Bearer";
  const two = {
    swagger: "2.0",
    info,
    schemes: ["https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    securityDefinitions: { [bearer]: { type: "apiKey", name: "Authorization", in: "header" } },
    paths: {
      "/score": {
        post: {
          ...operation,
          security: [{ [bearer]: [] }],
          parameters: [{ name: "serviceInputPayload", in: "body", required: true, schema: { $ref: "#/definitions/ServiceInput" } }],
          responses: {
            200: { description: "The predictions.", schema: { $ref: "#/definitions/ServiceOutput" } },
            400: { description: "The input does not fit the model.", schema: { $ref: "#/definitions/ErrorResponse" } },
          },
        },
      },
    },
    definitions: { ServiceInput: request, ServiceOutput: answer, ErrorResponse: failure },
  };
  const content = (name: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } });
  const three = {
    openapi: "3.0.3",
    info,
    components: {
      securitySchemes: { [bearer]: { type: "http", scheme: "bearer" } },
      schemas: { ServiceInput: request, ServiceOutput: answer, ErrorResponse: failure },
    },
    paths: {
      "/score": {
        post: {
          ...operation,
          security: [{ [bearer]: [] }],
          requestBody: { required: true, content: content("ServiceInput") },
          responses: {
            200: { description: "The predictions.", content: content("ServiceOutput") },
            400: { description: "The input does not fit the model.", content: content("ErrorResponse") },
          },
        },
      },
    },
  };
  const file = (path: string, document: unknown): GeneratedFile => ({ path, content: `${JSON.stringify(document, null, 2)}\n` });
  return [file("swagger2.json", two), file("swagger3.json", three)];
}
