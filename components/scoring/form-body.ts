import type { FormShape } from "./form-shape";
import { isObject, type Json } from "./swagger-input";

type Table = NonNullable<FormShape["table"]>;

const listAt = (value: unknown, name: string): readonly unknown[] | null => {
  const found: unknown = isObject(value) ? value[name] : undefined;
  return Array.isArray(found) ? (found as readonly unknown[]) : null;
};

/** The rows that a body holds, whichever of the two ways it writes them; null when it holds none in either. */
export function rowsOf(table: Table, body: unknown): readonly Json[] | null {
  const value = isObject(body) ? body[table.key] : undefined;
  if (Array.isArray(value)) return value.every(isObject) ? value : null;
  const columns = listAt(value, "columns");
  const data = listAt(value, "data");
  if (columns === null || data === null) return null;
  // Rows that do not match the names, or names that are doubled, cannot be kept by name.
  if (new Set(columns.map(String)).size < columns.length || data.some((row) => !Array.isArray(row) || row.length !== columns.length)) return null;
  return data.map((row) => Object.fromEntries(columns.map((name, index) => [String(name), Array.isArray(row) ? (row[index] as unknown) : null])));
}

function written(table: Table, before: unknown, rows: readonly Json[]): unknown {
  if (Array.isArray(before) || (before === undefined && table.layout === "records")) return rows;
  const old = isObject(before) ? before : {};
  const known = (listAt(old, "columns") ?? table.columns.map(({ name }) => name)).map(String);
  // Columns of the body that the form does not know stay; those of the form that the body lacks are added once one of them has a value.
  const columns = [...new Set([...known, ...rows.flatMap((row) => Object.keys(row))])];
  const index = listAt(old, "index");
  const labels = index?.length === rows.length || index === null ? index : rows.map((_, number) => number);
  return { ...old, columns, ...(labels === null ? {} : { index: labels }), data: rows.map((row) => columns.map((name) => row[name] ?? null)) };
}

/** The body with other rows, all else as it was. */
export function withRows(table: Table, body: unknown, rows: readonly Json[]): Json {
  const before = isObject(body) ? body : {};
  return { ...before, [table.key]: written(table, before[table.key], rows) };
}

/** The body with one value set; without it when it is nothing, since a parameter that is left out has its default. */
export function withValue(body: unknown, path: readonly string[], value: unknown): Json {
  const [name = "", ...rest] = path;
  const before = isObject(body) ? body : {};
  const inner = rest.length === 0 ? value : withValue(before[name], rest, value);
  if (inner !== null && inner !== undefined) return { ...before, [name]: inner };
  return Object.fromEntries(Object.entries(before).filter(([key]) => key !== name));
}

/** A body with one empty row, to begin with. */
export function blankBody({ table }: FormShape): Json {
  return table === null ? {} : withRows(table, {}, [Object.fromEntries(table.columns.map(({ name }) => [name, null]))]);
}

/** Whether the form shows all that it needs to be of use: a JSON object, with rows where the shape has a table. */
export const fitsForm = ({ table }: FormShape, body: unknown): body is Json => isObject(body) && (table === null || rowsOf(table, body) !== null);
