/** A model's answer as far as it is compared. */
export interface ComparedAnswer {
  readonly status: number;
  readonly body: string;
}

const shown = (value: unknown): string => {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal but for rounding: models that run elsewhere or on more threads differ in the last digits. */
const close = (a: number, b: number, tolerance: number): boolean => a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));

function arrayDifference(a: readonly unknown[], b: readonly unknown[], tolerance: number, path: string): string | null {
  if (a.length !== b.length) return `${path}: ${String(a.length)} and ${String(b.length)} items`;
  for (const [index, item] of a.entries()) {
    const found = valueDifference(item, b[index], tolerance, `${path}[${String(index)}]`);
    if (found !== null) return found;
  }
  return null;
}

function objectDifference(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>, tolerance: number, path: string): string | null {
  // Own members only: a key such as "constructor" would find what every object inherits.
  const member = (value: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = valueDifference(member(a, key), member(b, key), tolerance, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** Where two JSON values differ first, with both sides; null when they agree. Keys in another order agree, items in another order do not. */
function valueDifference(a: unknown, b: unknown, tolerance: number, path: string): string | null {
  if (Array.isArray(a) && Array.isArray(b)) return arrayDifference(a, b, tolerance, path);
  if (isObject(a) && isObject(b)) return objectDifference(a, b, tolerance, path);
  const equal = typeof a === "number" && typeof b === "number" ? close(a, b, tolerance) : a === b;
  return equal ? null : `${path}: ${shown(a)} and ${shown(b)}`;
}

/** Values nested deeper are compared as text: callers choose what an echoing model answers, and the comparison walks down by calling itself. */
const deepest = 200;

function nestedBeyond(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => nestedBeyond(item, levels - 1));
}

function parsed(body: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(body) as unknown };
  } catch {
    return null;
  }
}

/**
 * The first difference of two answers as a sentence part (`$.predictions[0]: 1 and 2`), or null when they agree. Bodies that are JSON are compared as
 * values, whatever their content type says, since many models call it text; others as they are. `tolerance` is relative.
 */
export function answerDifference(primary: ComparedAnswer, shadow: ComparedAnswer, tolerance: number): string | null {
  if (primary.status !== shadow.status) return `status: ${String(primary.status)} and ${String(shadow.status)}`;
  if (primary.body === shadow.body) return null;
  const [a, b] = [parsed(primary.body), parsed(shadow.body)];
  if (a !== null && b !== null && !nestedBeyond(a.value, deepest) && !nestedBeyond(b.value, deepest)) return valueDifference(a.value, b.value, tolerance, "$");
  return `body: ${shown(primary.body)} and ${shown(shadow.body)}`;
}
