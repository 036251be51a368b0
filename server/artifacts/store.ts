import { createHash, randomUUID } from "node:crypto";
import { createReadStream, constants } from "node:fs";
import { access, mkdir, open as openFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { artifactCorrupt, artifactMissing, artifactTooLarge } from "./errors";
import { artifactFolders, blobFile, isDigest } from "./layout";

interface StoredArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
}

interface PutOptions {
  /** Refuses the content with `artifact.too_large` as soon as it is exceeded. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Blobs on local disk, named by the SHA-256 of their content. Safe for several processes on one folder. */
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

/** Writes the stream to a new file and forces it to disk; returns its digest and size. */
async function writeDurably(file: string, content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredArtifact> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const handle = await openFile(file, "wx", 0o640);
  try {
    for await (const chunk of content) {
      options.signal?.throwIfAborted();
      sizeBytes += chunk.byteLength;
      if (options.maxBytes !== undefined && sizeBytes > options.maxBytes) throw artifactTooLarge(options.maxBytes);
      hash.update(chunk);
      let written = 0;
      while (written < chunk.byteLength) written += (await handle.write(chunk, written)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest("hex"), sizeBytes };
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

async function* verified(file: string, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = hash.digest("hex");
  if (actual !== sha256) throw artifactCorrupt(sha256, actual);
}

/** Opens (and creates when missing) the store below `root`: blobs in `sha256/<two digits>/<digest>`, unfinished ones in `tmp/`. */
export function createArtifactStore(root: string): ArtifactStore {
  const { temporary } = artifactFolders(root);
  const blobPath = (sha256: string): string => blobFile(root, sha256);
  const temporaryPath = async (): Promise<string> => {
    await mkdir(temporary, { recursive: true, mode: 0o750 });
    return path.join(temporary, randomUUID());
  };

  return {
    async put(content, options = {}) {
      const file = await temporaryPath();
      try {
        const stored = await writeDurably(file, content, options);
        const target = blobPath(stored.sha256);
        const folder = path.dirname(target);
        await mkdir(folder, { recursive: true, mode: 0o750 });
        // Renaming over an equal blob is harmless and refreshes its age, which protects it from a sweep that runs now.
        await rename(file, target);
        await syncFolder(folder);
        return stored;
      } finally {
        await rm(file, { force: true });
      }
    },
    async open(sha256) {
      const file = blobPath(sha256);
      if (!(await exists(file))) throw artifactMissing(sha256);
      return verified(file, sha256);
    },
    async has(sha256) {
      return isDigest(sha256) && (await exists(blobPath(sha256)));
    },
    async remove(sha256) {
      await rm(blobPath(sha256), { force: true });
    },
    async withSpooled(content, maxBytes, use) {
      const file = await temporaryPath();
      try {
        const { sizeBytes } = await writeDurably(file, content, { maxBytes });
        return await use(file, sizeBytes);
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}
