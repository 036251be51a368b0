export interface SwaggerReading {
  /** Such as `Swagger 2.0`; null when it is none. */
  readonly version: string | null;
  /** A sentence on what is wrong; null for a valid description. */
  readonly problem: string | null;
  /** The body of a request that it gives as an example, as JSON; null without one. */
  readonly example: string | null;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const child = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** Follows `#/definitions/Name`, once: generated descriptions go no deeper for a request's body. */
function resolved(document: Json, schema: unknown): unknown {
  const reference = child(schema, "$ref");
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((value, key) => child(value, key), document);
}

function exampleOf(document: Json): string | null {
  for (const path of Object.values(isObject(document["paths"]) ? document["paths"] : {})) {
    const post = child(path, "post");
    const parameters = child(post, "parameters");
    const body = Array.isArray(parameters) ? (parameters as unknown[]).find((parameter) => child(parameter, "in") === "body") : undefined;
    const media = child(child(child(post, "requestBody"), "content"), "application/json");
    const schema = resolved(document, child(body, "schema") ?? child(media, "schema"));
    const example = child(media, "example") ?? child(schema, "example");
    if (example !== undefined) return JSON.stringify(example);
  }
  return null;
}

const broken = (problem: string): SwaggerReading => ({ version: null, problem, example: null });

/** Reads what a container says of itself under `/swagger.json`: JSON, of the shape of Swagger 2 or OpenAPI 3. */
export function readSwagger(text: string): SwaggerReading {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return broken("it is not JSON.");
  }
  if (!isObject(document)) return broken("it is not a JSON object.");
  const { swagger, openapi } = document;
  const version = swagger === "2.0" ? "Swagger 2.0" : typeof openapi === "string" && /^3\./.test(openapi) ? `OpenAPI ${openapi}` : null;
  if (version === null) return broken('it has neither "swagger": "2.0" nor "openapi": "3…".');
  const info = document["info"];
  if (typeof child(info, "title") !== "string" || typeof child(info, "version") !== "string") return broken("its info lacks title or version.");
  if (!isObject(document["paths"]) || Object.keys(document["paths"]).length === 0) return broken("it describes no path.");
  return { version, problem: null, example: exampleOf(document) };
}
