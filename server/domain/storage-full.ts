import { SluiceError } from "./errors";

/** As Node names it, and as PostgreSQL and the engine write it. */
const words = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;

/** Whether that failed for want of disk, be it somewhere in its causes. */
export function isStorageFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (words.test(`${"code" in at ? String(at.code) : ""} ${at.message}`)) return true;
  return false;
}

/** Nothing is wrong with the request; it works again once somebody has freed space. */
export const storageFull = (cause: unknown): SluiceError =>
  new SluiceError({
    kind: "unavailable",
    code: "storage.full",
    message: "The server's disk is full. Nothing was changed; scoring goes on. Free space on it, then try again.",
    detail: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
    cause,
  });
