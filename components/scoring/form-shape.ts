import { isObject, objectAt, resolveSchema, scoringInput, type Json } from "./swagger-input";

export type InputType = "integer" | "number" | "string" | "boolean" | "datetime" | "json";

/** One value that a request asks for. */
export interface FormField {
  readonly name: string;
  readonly type: InputType;
  readonly required: boolean;
  /** How deep lists are nested in it: the rank of a tensor. */
  readonly depth: number;
}

/** What a request is made of: a table of rows, single values beside it, or both. */
export interface FormShape {
  readonly table: { readonly key: string; readonly layout: "split" | "records"; readonly columns: readonly FormField[] } | null;
  /** Values by their place in the body: tensors, and parameters. */
  readonly values: readonly { readonly path: readonly string[]; readonly field: FormField }[];
}

const none: FormShape = { table: null, values: [] };
const plainTypes: Readonly<Record<string, InputType>> = { integer: "integer", number: "number", boolean: "boolean" };

function typeOf(schema: Json): InputType {
  if (schema["type"] === "string") return schema["format"] === "date-time" || schema["format"] === "date" ? "datetime" : "string";
  return plainTypes[String(schema["type"])] ?? "json";
}

function fieldOf(document: Json, name: string, schema: unknown, required: boolean): FormField {
  let at = isObject(schema) ? resolveSchema(document, schema) : {};
  let depth = 0;
  for (let items = objectAt(at, "items"); items !== null && depth < 8; items = objectAt(at, "items")) {
    at = resolveSchema(document, items);
    depth += 1;
  }
  return { name, type: depth > 0 ? "json" : typeOf(at), required, depth };
}

function fieldsOf(document: Json, schema: Json): readonly FormField[] {
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(objectAt(schema, "properties") ?? {}).map(([name, value]) => fieldOf(document, name, value, required.includes(name)));
}

/** A table: rows that the generated swagger describes beside it, or records as inference-schema describes them. */
function tableOf(document: Json, key: string, schema: Json): FormShape["table"] {
  const row = objectAt(schema, "x-row");
  if (row !== null) return { key, layout: "split", columns: fieldsOf(document, row) };
  const items = objectAt(schema, "items");
  const record = items === null ? null : resolveSchema(document, items);
  const columns = record === null ? [] : fieldsOf(document, record);
  return columns.length === 0 ? null : { key, layout: "records", columns };
}

/** Values below a property: each of an object's, else the property itself. */
function valuesOf(document: Json, key: string, schema: Json, required: boolean): FormShape["values"] {
  const below = fieldsOf(document, schema);
  if (below.length > 0) return below.map((field) => ({ path: [key, field.name], field }));
  const field = fieldOf(document, key, schema, required);
  // A list or object that nothing more is known of is better written as JSON as a whole.
  return field.type === "json" && field.depth === 0 ? [] : [{ path: [key], field }];
}

/** The form that a deployment's swagger describes; without fields when it names no column, tensor or value. */
export function shapeOf(document: Json): FormShape {
  const input = scoringInput(document);
  if (input?.schema == null) return none;
  const schema = resolveSchema(document, input.schema);
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  let table: FormShape["table"] = null;
  const values: FormShape["values"][number][] = [];
  for (const [key, given] of Object.entries(objectAt(schema, "properties") ?? {})) {
    const property = isObject(given) ? resolveSchema(document, given) : {};
    const found: FormShape["table"] = table === null ? tableOf(document, key, property) : null;
    if (found === null) values.push(...valuesOf(document, key, property, required.includes(key)));
    else table = found;
  }
  return { table, values };
}

export const hasFields = ({ table, values }: FormShape): boolean => table !== null || values.length > 0;
