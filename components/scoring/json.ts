import { parseExactly, writeExactly } from "./exact-json";

/** Why a text is not JSON, in the parser's words; null when it is. */
export function readJson(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** JSON indented for reading, to the digit as it was sent; any other text as it came. */
export function prettyBody(text: string): string {
  const value = parseExactly(text);
  return value === undefined ? text : writeExactly(value);
}
