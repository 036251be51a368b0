import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";
import type { ArchiveFormat } from "#server/domain/asset/archive";

/** One file of an archive; it is opened when its turn comes. */
export interface PackEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** Models are packed numbers, which deflating costs time and gains little; texts are small. */
const deflatedBelowBytes = 4 * 1024 * 1024;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Hands the pieces on as they are read; ends the archive also when the reader leaves. */
async function* piecesOf(archive: AsyncIterable<Uint8Array> & { destroy(): unknown }): AsyncGenerator<Uint8Array> {
  try {
    yield* archive;
  } finally {
    archive.destroy();
  }
}

function packTar(entries: readonly PackEntry[], modified: Date): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const write = async (): Promise<void> => {
    for (const entry of entries) {
      const content = Readable.from(await entry.open(), { objectMode: false });
      const place = archive.entry({ name: entry.path, size: entry.sizeBytes, mtime: modified, mode: 0o644 });
      await pipeline(content, place as unknown as NodeJS.WritableStream);
    }
    archive.finalize();
  };
  // The reader sees the failure as the archive's; here it only must not end the process.
  write().catch((error: unknown) => archive.destroy(asError(error)));
  return piecesOf(archive as typeof archive & AsyncIterable<Buffer>);
}

function packZip(entries: readonly PackEntry[], modified: Date): AsyncGenerator<Uint8Array> {
  const archive = new ZipFile();
  const output = archive.outputStream.pipe(new PassThrough());
  let current: Readable | null = null;
  const open = async (entry: PackEntry): Promise<Readable> => {
    current = Readable.from(await entry.open(), { objectMode: false });
    // The library listens to the data only, and would wait for ever for what was broken off.
    return current.once("error", (error) => output.destroy(error));
  };
  archive.on("error", (error: Error) => output.destroy(error));
  output.once("close", () => current?.destroy());
  for (const entry of entries) {
    const options = { size: entry.sizeBytes, mtime: modified, mode: 0o100644, compress: entry.sizeBytes < deflatedBelowBytes };
    archive.addReadStreamLazy(entry.path, options, (give) => {
      open(entry).then(
        (source) => give(null, source),
        (error: unknown) => output.destroy(asError(error)),
      );
    });
  }
  archive.end();
  return piecesOf(output as PassThrough & AsyncIterable<Buffer>);
}

/**
 * Files as one archive, in their order. Memory use does not depend on their sizes: they are read as fast as the archive is. A file that is
 * missing or damaged makes the iteration fail, so that a broken download never looks whole.
 */
export function packFiles(entries: readonly PackEntry[], format: ArchiveFormat, modifiedMs: number): AsyncGenerator<Uint8Array> {
  return format === "tar" ? packTar(entries, new Date(modifiedMs)) : packZip(entries, new Date(modifiedMs));
}
