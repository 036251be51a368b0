import type { AssetFile } from "#server/domain/model/types";
import { SluiceError } from "#server/domain/errors";
import { isStorageFull, storageFull } from "#server/domain/storage-full";
import type { ArchiveEntry, PackedMeter } from "./archive-entry";
import { archiveRefused } from "./errors";
import { PathLedger, isClutter, safeAssetPath } from "./paths";
import type { ArtifactStore } from "./store";
import { tarEntries } from "./tar-reader";
import { zipEntries } from "./zip-reader";

export type ArchiveKind = "zip" | "tar" | "tar.gz";

export interface UnpackLimits {
  readonly maxArchiveBytes: number;
  readonly maxFiles: number;
  /** Of all files together, unpacked. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes per packed byte; judged once more than 64 MiB came out, since small texts pack very well. */
  readonly maxRatio: number;
}

export const defaultUnpackLimits: UnpackLimits = {
  maxArchiveBytes: 10 * 1024 ** 3,
  maxFiles: 10_000,
  maxTotalBytes: 20 * 1024 ** 3,
  maxRatio: 200,
};

const ratioFloorBytes = 64 * 1024 * 1024;

/** The kind that the file name promises, or null. */
export function archiveKindOf(fileName: string): ArchiveKind | null {
  const name = fileName.toLowerCase();
  if (name.endsWith(".zip")) return "zip";
  if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) return "tar.gz";
  return name.endsWith(".tar") ? "tar" : null;
}

class Meter {
  #files = 0;
  #bytes = 0;

  constructor(
    private readonly limits: UnpackLimits,
    private readonly packed: PackedMeter,
  ) {}

  countFile(): void {
    this.#files += 1;
    if (this.#files > this.limits.maxFiles) throw archiveRefused("too_many_files", `The archive holds more than ${String(this.limits.maxFiles)} files.`);
  }

  async *measure(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      this.#bytes += chunk.byteLength;
      if (this.#bytes > this.limits.maxTotalBytes)
        throw archiveRefused("too_large", `The archive unpacks to more than ${String(this.limits.maxTotalBytes)} bytes.`);
      if (this.#bytes > ratioFloorBytes && this.#bytes > this.packed.packedBytes * this.limits.maxRatio) {
        throw archiveRefused("suspicious_ratio", `The archive unpacks to more than ${String(this.limits.maxRatio)} times its size.`);
      }
      yield chunk;
    }
  }
}

/**
 * Stores every regular file of an archive as an artifact and lists them in archive order. Rejects with `archive.*`
 * (`invalid_input`) for links, devices, unsafe or repeated paths, encryption, damage, emptiness and exceeded limits;
 * blobs that were stored until then are left to the store's sweep. Memory use does not depend on file sizes.
 */
export async function unpackArchive(
  store: ArtifactStore,
  content: AsyncIterable<Uint8Array>,
  kind: ArchiveKind,
  limits: UnpackLimits = defaultUnpackLimits,
): Promise<readonly AssetFile[]> {
  const packed: PackedMeter = { packedBytes: 0 };
  try {
    if (kind !== "zip") return await storeEntries(store, tarEntries(content, kind === "tar.gz", limits.maxArchiveBytes, packed), new Meter(limits, packed));
    return await store.withSpooled(content, limits.maxArchiveBytes, async (file, sizeBytes) => {
      packed.packedBytes = sizeBytes;
      return storeEntries(store, zipEntries(file, limits.maxFiles), new Meter(limits, packed));
    });
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    if (isStorageFull(error)) throw storageFull(error);
    throw archiveRefused("unreadable", `The archive cannot be read as ${kind}.`, error);
  }
}

async function drain(content: AsyncGenerator<Uint8Array>): Promise<void> {
  while (!(await content.next()).done);
}

async function storeEntries(store: ArtifactStore, entries: AsyncIterable<ArchiveEntry>, meter: Meter): Promise<readonly AssetFile[]> {
  const ledger = new PathLedger();
  const files: AssetFile[] = [];
  for await (const entry of entries) {
    if (isClutter(entry.path)) {
      await drain(meter.measure(entry.content));
      continue;
    }
    const path = safeAssetPath(entry.path);
    ledger.add(path);
    meter.countFile();
    files.push({ path, ...(await store.put(meter.measure(entry.content))) });
  }
  if (files.length === 0) throw archiveRefused("empty", "The archive holds no files.");
  return files;
}
