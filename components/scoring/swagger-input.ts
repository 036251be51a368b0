export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

export const valueAt = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);

export const objectAt = (value: unknown, ...path: readonly string[]): Json | null => {
  const found = valueAt(value, path);
  return isObject(found) ? found : null;
};

/** A schema behind its local reference; anything else as it is. */
export function resolveSchema(document: Json, schema: Json): Json {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  return objectAt(document, ...reference.slice(2).split("/")) ?? {};
}

interface OperationInput {
  readonly schema: Json | null;
  readonly examples: Json;
}

/** Schema and examples of what the scoring route takes, in Swagger 2's words and in OpenAPI 3's; null when the document has no such route. */
export function scoringInput(document: Json): OperationInput | null {
  const operation = objectAt(document, "paths", "/score", "post");
  if (operation === null) return null;
  const media = objectAt(operation, "requestBody", "content", "application/json");
  if (media !== null) return { schema: objectAt(media, "schema"), examples: objectAt(media, "examples") ?? {} };
  const parameters: readonly unknown[] = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
  const body = parameters
    .filter(isObject)
    .map((parameter) => resolveSchema(document, parameter))
    .find((parameter) => parameter["in"] === "body");
  return { schema: objectAt(body, "schema"), examples: {} };
}
