import type { Problem } from "#server/contract/common";
import { SluiceError, type ErrorKind, type FieldError } from "#server/domain/errors";
import { isStorageFull, storageFull } from "#server/domain/storage-full";
import type { Logger } from "#server/kernel/log";
import { isDatabaseAway } from "#server/store/outage";
import { z } from "zod";

/** The one table from kinds to statuses and log levels. */
const byKind: Readonly<Record<ErrorKind, { readonly status: number; readonly level: "info" | "warn" | "error" }>> = {
  invalid_input: { status: 400, level: "info" },
  unauthenticated: { status: 401, level: "info" },
  forbidden: { status: 403, level: "warn" },
  not_found: { status: 404, level: "info" },
  conflict: { status: 409, level: "info" },
  invalid_state: { status: 422, level: "info" },
  quota_exceeded: { status: 422, level: "info" },
  rate_limited: { status: 429, level: "warn" },
  unavailable: { status: 503, level: "warn" },
  internal: { status: 500, level: "error" },
};

/** Any thrown thing as a `SluiceError`: parse failures name their fields, a lost database and a full disk are `unavailable`, the rest is `internal`. */
export function toSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  if (thrown instanceof z.ZodError) return refusedInput(thrown);
  if (isStorageFull(thrown)) return storageFull(thrown);
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  if (isDatabaseAway(thrown)) {
    return new SluiceError({
      kind: "unavailable",
      code: "database.unreachable",
      message: "The database cannot be reached. Nothing was changed; scoring goes on.",
      detail,
      retryAfterMs: 2000,
      cause: thrown,
    });
  }
  return new SluiceError({
    kind: "internal",
    code: "internal",
    message: "Something went wrong on our side. The request id leads to the log line.",
    detail,
    cause: thrown,
  });
}

/** A zod refusal in the words of the API: one entry per field. */
export function refusedInput(error: z.ZodError): SluiceError {
  const fields: FieldError[] = error.issues.map((issue) => ({ path: issue.path.map(String).join("."), message: issue.message }));
  const first = fields[0];
  const where = first === undefined || first.path === "" ? "" : `${first.path}: `;
  return new SluiceError({ kind: "invalid_input", code: "input.invalid", message: `The input was refused. ${where}${first?.message ?? ""}`.trim(), fields });
}

/** Wire body of a failure. */
export function problemBody(error: SluiceError, requestId: string): Problem["error"] {
  return {
    kind: error.kind,
    code: error.code,
    message: error.message,
    fields: error.fields.map((field) => ({ ...field })),
    requestId,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

export const statusOf = (kind: ErrorKind): number => byKind[kind].status;

/** Logs a failure once, at the boundary that ends it. That a read (`reads`) found nothing is an answer like any other, and for debugging only. */
export function logFailure(log: Logger, error: SluiceError, reads = false): void {
  const level = reads && error.kind === "not_found" ? "debug" : byKind[error.kind].level;
  log[level]({ code: error.code, detail: error.detail, ...(level === "error" ? { err: error.cause } : {}) }, error.message);
}
