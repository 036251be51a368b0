import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Header, Pack } from "tar-stream";
import { SluiceError } from "#server/domain/errors";
import type { AssetFile } from "#server/domain/model/types";
import type { ArtifactOpener } from "../compute-driver";

/** The initializer's own exit codes, used too when a fault shows before it runs. */
const exitMismatch = 2;
const exitMissing = 3;

/** A blob that cannot be had or is not what its name says. */
export class BlobFault extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
    this.name = "BlobFault";
  }
}

function blobFault(error: unknown, file: AssetFile): unknown {
  if (!(error instanceof SluiceError)) return error;
  if (error.code === "artifact.missing") return new BlobFault(exitMissing, `file is missing: ${file.path}`);
  return error.code === "artifact.corrupt" ? new BlobFault(exitMismatch, `${file.path} does not have its checksum ${file.sha256} any more`) : error;
}

/** Streams one blob into a tar; memory use does not depend on its size. Rejects with a `BlobFault` when it is missing or of another size. */
export async function writeBlob(archive: Pack, file: AssetFile, header: Pick<Header, "name"> & Partial<Header>, open: ArtifactOpener): Promise<void> {
  try {
    const content = await open(file.sha256);
    const entry = archive.entry({ ...header, size: file.sizeBytes });
    let sizeBytes = 0;
    const measured = async function* () {
      for await (const chunk of content) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > file.sizeBytes) break;
        yield chunk;
      }
      if (sizeBytes !== file.sizeBytes) throw new BlobFault(exitMismatch, `${file.path} has another size than its ${String(file.sizeBytes)} bytes`);
    };
    await pipeline(Readable.from(measured(), { objectMode: false }), entry as unknown as NodeJS.WritableStream);
  } catch (error) {
    throw blobFault(error, file);
  }
}
