/** A number as it was written, where the language's own would round it: a 64-bit id, a zero behind the point. */
export class WrittenNumber {
  constructor(readonly source: string) {}
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A text as JSON would read it as a number, kept to the digit; null when it is none. */
export function numberOf(text: string): number | WrittenNumber | null {
  if (!numberPattern.test(text)) return null;
  const value = Number(text);
  return String(value) === text ? value : new WrittenNumber(text);
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// Not every browser tells a reviver how a number was written: such numbers pass the parser as texts that nobody else writes.
const mark = "\u0000number ";

const marked = (token: string): string => (token.startsWith('"') || typeof numberOf(token) === "number" ? token : JSON.stringify(`${mark}${token}`));
const unmarked = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.startsWith(mark) ? new WrittenNumber(value.slice(mark.length)) : value;

/** Parses JSON and loses no digit; undefined when it is not JSON. */
export function parseExactly(text: string): unknown {
  try {
    JSON.parse(text);
    return JSON.parse(text.replaceAll(stringOrNumber, marked), unmarked);
  } catch {
    return undefined;
  }
}

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null || value instanceof WrittenNumber;

/** JSON for reading, with a list of plain values on one line, as rows of a table are read. */
export function writeExactly(value: unknown, indent = ""): string {
  if (value instanceof WrittenNumber) return value.source;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => writeExactly(item, inner));
    return value.every(isPlain) ? `[${items.join(", ")}]` : `[\n${items.map((item) => `${inner}${item}`).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${writeExactly(item, inner)}`);
  return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
}
