import type { FilePart } from "#server/domain/scaffold/types";
import type { OperationContext } from "./context";

/** A blob as text, whole in memory: look at its size first. */
export async function readText(context: OperationContext, sha256: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await context.artifacts.open(sha256)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Blobs are read from their beginning, so an end that lies further away than this is given up. */
const reachableEndBytes = 64 * 1024 * 1024;

/** The first bytes of a blob and, where it is not too far away, its last ones. */
export async function readPart(
  context: OperationContext,
  file: { readonly sha256: string; readonly sizeBytes: number },
  wanted: { readonly headBytes: number; readonly tailBytes: number },
): Promise<FilePart> {
  const headEnd = Math.min(wanted.headBytes, file.sizeBytes);
  const hasTail = wanted.tailBytes > 0 && file.sizeBytes > headEnd && file.sizeBytes <= reachableEndBytes;
  const tailStart = hasTail ? Math.max(headEnd, file.sizeBytes - wanted.tailBytes) : file.sizeBytes;
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let at = 0;
  for await (const piece of await context.artifacts.open(file.sha256)) {
    if (at < headEnd) head.push(piece.subarray(0, headEnd - at));
    if (hasTail && at + piece.byteLength > tailStart) tail.push(piece.subarray(Math.max(0, tailStart - at)));
    at += piece.byteLength;
    if (at >= headEnd && !hasTail) break;
  }
  return { head: Buffer.concat(head), tail: Buffer.concat(tail) };
}
