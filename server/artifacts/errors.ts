import { errorCodes } from "#server/domain/error-codes";
import { SluiceError, invalidInput, notFound } from "#server/domain/errors";

/** The blob is not in the store: it was never put or has been swept. */
export const artifactMissing = (sha256: string): SluiceError => notFound("artifact.missing", `The artifact ${sha256.slice(0, 12)} is not in the store.`);

/** The bytes on disk do not have the digest that names them: the disk or a person changed them. */
export const artifactCorrupt = (sha256: string, actual: string): SluiceError =>
  new SluiceError({
    kind: "internal",
    code: "artifact.corrupt",
    message: "A stored artifact no longer has the content that it was stored with. Upload the asset again.",
    detail: `expected ${sha256}, read ${actual}`,
  });

/** The storage that keeps the blobs does not answer, or refuses. */
export const artifactStoreUnavailable = (cause: unknown): SluiceError =>
  new SluiceError({
    kind: "unavailable",
    code: "artifact.store_unavailable",
    message: "The storage of models and code cannot be reached or refuses. Try again soon.",
    detail: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
    cause,
  });

export const artifactTooLarge = (maxBytes: number): SluiceError => invalidInput("artifact.too_large", `The content is larger than ${String(maxBytes)} bytes.`);

/** Why an archive was refused; each reason is a stable code `archive.<reason>`. */
export type ArchiveRefusal =
  "unreadable" | "unsafe_path" | "unsafe_entry" | "duplicate_path" | "too_many_files" | "too_large" | "suspicious_ratio" | "encrypted" | "empty";

export function archiveRefused(refusal: ArchiveRefusal, message: string, cause?: unknown): SluiceError {
  const code = `archive.${refusal}` as const;
  const fields = [{ path: "content", message: "The archive was not taken.", remedy: errorCodes[code]?.check ?? "" }];
  return new SluiceError({ kind: "invalid_input", code, message, fields, ...(cause === undefined ? {} : { cause }) });
}
