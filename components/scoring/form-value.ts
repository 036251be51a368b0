import { numberOf, parseExactly, WrittenNumber, writeExactly } from "./exact-json";
import type { FormField } from "./form-shape";

/** A value as a field shows it; nothing for one that is missing. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return value instanceof WrittenNumber ? value.source : writeExactly(value);
}

/**
 * What a typed text means. A text that does not fit the field's type goes as it is: the model's own refusal then names the column. Nothing typed
 * is a missing value, but for text that has to be there.
 */
export function valueOf({ type, required }: FormField, text: string): unknown {
  if (type === "string") return text === "" && !required ? null : text;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (type === "boolean") return trimmed === "true" ? true : trimmed === "false" ? false : text;
  if (type === "json") return parseExactly(trimmed) ?? text;
  return type === "datetime" ? trimmed : (numberOf(trimmed) ?? text);
}

/** Why a value does not fit its field, or null; the model judges in the end. */
export function problemOf({ type, required }: FormField, value: unknown): string | null {
  if (value === undefined || value === null) return required ? "A value is needed." : null;
  const isNumber = typeof value === "number" || value instanceof WrittenNumber;
  switch (type) {
    case "integer":
      return isNumber && /^-?\d+$/.test(textOf(value)) ? null : "Not a whole number.";
    case "number":
      return isNumber ? null : "Not a number.";
    case "boolean":
      return typeof value === "boolean" ? null : "Neither true nor false.";
    case "datetime":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : "Not a date, such as 2026-01-31T12:00:00.";
    case "json":
      return typeof value === "string" ? "Not JSON." : null;
    case "string":
      return typeof value === "string" ? null : "Not text.";
  }
}
