/** Outcome of an operation whose failure is expected: a value, never a throw. */
export type Result<T, E> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(data: T): { readonly ok: true; readonly data: T } => ({ ok: true, data });
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
