/** A body that a deployment takes, and where it was read. */
export interface Sample {
  readonly name: string;
  readonly body: string;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const objectAt = (value: unknown, ...path: readonly string[]): Json | null => {
  const found = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
  return isObject(found) ? found : null;
};

/** A schema behind its local reference; anything else as it is. */
function resolve(document: Json, schema: Json): Json {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  return objectAt(document, ...reference.slice(2).split("/")) ?? {};
}

// Deep enough for tables in a wrapper; a schema that holds itself ends here.
const deepest = 8;
const plainValues: Readonly<Record<string, unknown>> = { integer: 0, number: 0.5, boolean: true, string: "text" };

/** A value that a schema describes: its own example, else one made from its types; undefined when it says nothing. */
function valueOf(document: Json, given: Json, depth = 0): unknown {
  const schema = resolve(document, given);
  const example = schema["example"] ?? schema["default"];
  if (example !== undefined && !(isObject(example) && Object.keys(example).length === 0)) return example;
  if (depth > deepest) return undefined;
  const properties = objectAt(schema, "properties");
  if (properties !== null) {
    const entries = Object.entries(properties).map(([name, value]) => [name, isObject(value) ? valueOf(document, value, depth + 1) : undefined] as const);
    const known = entries.filter(([, value]) => value !== undefined);
    return known.length === 0 ? undefined : Object.fromEntries(known);
  }
  const items = objectAt(schema, "items");
  if (items !== null) {
    const item = valueOf(document, items, depth + 1);
    return item === undefined ? undefined : [item];
  }
  return typeof schema["type"] === "string" ? plainValues[schema["type"]] : undefined;
}

/** Schemas and examples of what an operation takes, in Swagger 2's words and in OpenAPI 3's. */
function inputOf(document: Json, operation: Json): { readonly schema: Json | null; readonly examples: Json } {
  const media = objectAt(operation, "requestBody", "content", "application/json");
  if (media !== null) return { schema: objectAt(media, "schema"), examples: objectAt(media, "examples") ?? {} };
  const parameters: readonly unknown[] = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
  const body = parameters
    .filter(isObject)
    .map((parameter) => resolve(document, parameter))
    .find((parameter) => parameter["in"] === "body");
  return { schema: objectAt(body, "schema"), examples: {} };
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Bodies for the scoring route, as a swagger document gives or describes them; none when it says nothing of the body. */
export function samplesOf(document: Json): readonly Sample[] {
  const operation = objectAt(document, "paths", "/score", "post");
  if (operation === null) return [];
  const { schema, examples } = inputOf(document, operation);
  const named = Object.entries(examples).flatMap(([name, example]) =>
    isObject(example) && example["value"] !== undefined ? [{ name, body: pretty(example["value"]) }] : [],
  );
  if (named.length > 0) return named;
  const value = schema === null ? undefined : valueOf(document, schema);
  return value === undefined ? [] : [{ name: "From the swagger", body: pretty(value) }];
}
