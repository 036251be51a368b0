import { createReadStream } from "node:fs";
import path from "node:path";

/** Where the chunks of one upload wait until it is complete. */
export const uploadFolder = (home: string, uploadId: string): string => path.join(home, "uploads", uploadId);

/** File of one chunk; the index is zero-padded so that listings sort. */
export const chunkFile = (home: string, uploadId: string, index: number): string => path.join(uploadFolder(home, uploadId), String(index).padStart(8, "0"));

/** How many chunks an upload of `sizeBytes` has; an empty file has none. */
export const chunkCount = (sizeBytes: number, chunkBytes: number): number => Math.ceil(sizeBytes / chunkBytes);

/** Bytes that chunk `index` must have. */
export const chunkSize = (sizeBytes: number, chunkBytes: number, index: number): number => Math.min(chunkBytes, sizeBytes - index * chunkBytes);

/** All chunks one after another, in constant memory. */
export async function* joinedChunks(home: string, uploadId: string, count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) {
    for await (const piece of createReadStream(chunkFile(home, uploadId, index))) yield piece as Uint8Array;
  }
}
