import { createHash } from "node:crypto";
import { createReadStream, constants } from "node:fs";
import { access, open as openFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { artifactCorrupt, artifactMissing } from "./errors";
import { blobFile, isDigest } from "./layout";
import { withTemporaryFile, type PutOptions, type StoredArtifact } from "./local-files";
import { makeFolder } from "./ownership";

/** Blobs, named by the SHA-256 of their content. Safe for several processes on one folder or bucket. */
export interface ArtifactStore {
  /** Stores the bytes and says their digest and size; equal content is stored once. Nothing remains when it rejects. */
  put(content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredArtifact>;
  /** Streams the blob; rejects with `artifact.missing`, and fails at its end with `artifact.corrupt` if the digest differs. */
  open(sha256: string): Promise<AsyncIterable<Uint8Array>>;
  has(sha256: string): Promise<boolean>;
  /** Removing what is already gone is success. */
  remove(sha256: string): Promise<void>;
  /** Runs `use` with the path of a temporary copy of the content, for readers that need random access. */
  withSpooled<T>(content: AsyncIterable<Uint8Array>, maxBytes: number, use: (file: string, sizeBytes: number) => Promise<T>): Promise<T>;
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A rename survives a power cut only when the folder itself was forced to disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await openFile(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Passes the content on and fails at its end when it is not what its name says. */
export async function* verified(sha256: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = hash.digest("hex");
  if (actual !== sha256) throw artifactCorrupt(sha256, actual);
}

/** Opens (and creates when missing) the store below `root`: blobs in `sha256/<two digits>/<digest>`, unfinished ones in `tmp/`. */
export function createArtifactStore(root: string): ArtifactStore {
  const blobPath = (sha256: string): string => blobFile(root, sha256);
  return {
    put: (content, options = {}) =>
      withTemporaryFile(root, content, options, async (file, stored) => {
        const target = blobPath(stored.sha256);
        const folder = path.dirname(target);
        await makeFolder(root, folder);
        // Renaming over an equal blob is harmless and refreshes its age, which protects it from a sweep that runs now.
        await rename(file, target);
        await syncFolder(folder);
        return stored;
      }),
    async open(sha256) {
      const file = blobPath(sha256);
      if (!(await exists(file))) throw artifactMissing(sha256);
      return verified(sha256, createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>);
    },
    async has(sha256) {
      return isDigest(sha256) && (await exists(blobPath(sha256)));
    },
    async remove(sha256) {
      await rm(blobPath(sha256), { force: true });
    },
    withSpooled: (content, maxBytes, use) => withTemporaryFile(root, content, { maxBytes }, (file, { sizeBytes }) => use(file, sizeBytes)),
  };
}
