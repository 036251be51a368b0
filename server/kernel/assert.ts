/** Marks a branch that the type system proves unreachable; throws when an untyped caller reaches it anyway. */
export function assertNever(value: never, what = "value"): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
