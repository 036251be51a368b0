import type { OperationContext } from "./context";

/** A blob as text, whole in memory: look at its size first. */
export async function readText(context: OperationContext, sha256: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await context.artifacts.open(sha256)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
