import { createHash, randomUUID } from "node:crypto";
import { open as openFile, rm } from "node:fs/promises";
import path from "node:path";
import { artifactTooLarge } from "./errors";
import { artifactFolders } from "./layout";
import { makerPrefix } from "./makers";
import { makeFolder, ownerOf, type Owner } from "./ownership";

export interface StoredArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface PutOptions {
  /** Refuses the content with `artifact.too_large` as soon as it is exceeded. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Writes the stream to a new file of that owner and forces it to disk; returns its digest and size. */
async function writeDurably(file: string, owner: Owner | null, content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredArtifact> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const handle = await openFile(file, "wx", 0o640);
  try {
    if (owner !== null) await handle.chown(owner.uid, owner.gid);
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

/** Runs `use` with the content in a temporary file below `root`, durable and hashed; the file is gone afterwards unless `use` moved it. */
export async function withTemporaryFile<T>(
  root: string,
  content: AsyncIterable<Uint8Array>,
  options: PutOptions,
  use: (file: string, stored: StoredArtifact) => Promise<T>,
): Promise<T> {
  const { temporary } = artifactFolders(root);
  await makeFolder(root, temporary);
  const file = path.join(temporary, `${makerPrefix}${randomUUID()}`);
  try {
    return await use(file, await writeDurably(file, await ownerOf(root), content, options));
  } finally {
    await rm(file, { force: true });
  }
}
