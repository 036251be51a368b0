/** What kind of failure it is; status, log level and wording in the studio are derived from this and from nothing else. */
export const errorKinds = [
  "invalid_input",
  "unauthenticated",
  "forbidden",
  "not_found",
  "conflict",
  "invalid_state",
  "quota_exceeded",
  "rate_limited",
  "unavailable",
  "internal",
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** One refused field: where (`path` as in the request body, dot-separated), why, and what to do about it. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
}

export interface SluiceErrorOptions {
  readonly kind: ErrorKind;
  /** Stable, dotted, lower case, listed in `error-codes.ts`. */
  readonly code: string;
  /** Public sentence: may be shown to any caller. */
  readonly message: string;
  /** For the log only; never shown. */
  readonly detail?: string;
  readonly fields?: readonly FieldError[];
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error class of the product. Everything else that is thrown counts as `internal`. */
export class SluiceError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly detail: string | undefined;
  readonly fields: readonly FieldError[];
  readonly retryAfterMs: number | undefined;

  constructor(options: SluiceErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SluiceError";
    this.kind = options.kind;
    this.code = options.code;
    this.detail = options.detail;
    this.fields = options.fields ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const invalidInput = (code: string, message: string, fields: readonly FieldError[] = []): SluiceError =>
  new SluiceError({ kind: "invalid_input", code, message, fields });
export const notFound = (code: string, message: string): SluiceError => new SluiceError({ kind: "not_found", code, message });
export const conflict = (code: string, message: string, fields: readonly FieldError[] = []): SluiceError =>
  new SluiceError({ kind: "conflict", code, message, fields });
export const invalidState = (code: string, message: string, fields: readonly FieldError[] = []): SluiceError =>
  new SluiceError({ kind: "invalid_state", code, message, fields });
