import type { SampleRequest } from "../../server/domain/doctor/types";
import { prettyBody } from "./json";
import { isObject, objectAt, resolveSchema, scoringInput, type Json } from "./swagger-input";

/** A body that a deployment takes, and where it was read. */
export interface Sample {
  readonly name: string;
  readonly body: string;
}

// Deep enough for tables in a wrapper; a schema that holds itself ends here.
const deepest = 8;
const plainValues: Readonly<Record<string, unknown>> = { integer: 0, number: 0.5, boolean: true, string: "text" };

/** A value that a schema describes: its own example, else one made from its types; undefined when it says nothing. */
function valueOf(document: Json, given: Json, depth = 0): unknown {
  const schema = resolveSchema(document, given);
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

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Bodies for the scoring route, as a swagger document gives or describes them; none when it says nothing of the body. */
export function samplesOf(document: Json): readonly Sample[] {
  const input = scoringInput(document);
  if (input === null) return [];
  const { schema, examples } = input;
  const named = Object.entries(examples).flatMap(([name, example]) =>
    isObject(example) && example["value"] !== undefined ? [{ name, body: pretty(example["value"]) }] : [],
  );
  if (named.length > 0) return named;
  const value = schema === null ? undefined : valueOf(document, schema);
  return value === undefined ? [] : [{ name: "From the swagger", body: pretty(value) }];
}

const keptNames: Readonly<Record<SampleRequest["source"], string>> = {
  given: "From the doctor",
  code: "From the code",
  generated: "From the model",
  swagger: "From the swagger",
};

/** What is kept of a deployment, beside what its swagger gave: nothing is offered twice. */
export function keptSamples(kept: readonly SampleRequest[], described: readonly Sample[]): readonly Sample[] {
  return kept
    .map(({ source, body }) => ({ name: keptNames[source], body: prettyBody(body) }))
    .filter(({ body }) => !described.some((sample) => prettyBody(sample.body) === body));
}
