/** Marks a branch that the type system proves unreachable; throws when an untyped caller reaches it anyway. */
export function assertNever(value: never, what = "value"): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}

/** Narrows away null and undefined where the surrounding code guarantees presence; throws an internal error otherwise. */
export function assertPresent<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
