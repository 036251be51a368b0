import { pack } from "tar-stream";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AssetFile } from "#server/domain/model/types";

/**
 * An asset's files as one tar, in their order. Memory use does not depend on their sizes: blobs are read as fast as the tar is. A blob that is
 * missing or damaged makes the iteration fail, so that a broken download never looks whole.
 */
export async function* packAsset(
  files: readonly AssetFile[],
  modifiedMs: number,
  open: (sha256: string) => Promise<AsyncIterable<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const write = async (): Promise<void> => {
    for (const file of files) {
      const content = Readable.from(await open(file.sha256), { objectMode: false });
      const entry = archive.entry({ name: file.path, size: file.sizeBytes, mtime: new Date(modifiedMs), mode: 0o644 });
      await pipeline(content, entry as unknown as NodeJS.WritableStream);
    }
    archive.finalize();
  };
  // The reader below sees the failure as the tar's; here it only must not end the process.
  write().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const piece of archive as AsyncIterable<Buffer>) yield piece;
  } finally {
    archive.destroy();
  }
}
