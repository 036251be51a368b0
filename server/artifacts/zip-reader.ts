import { PassThrough, type Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { getFileNameLowLevel, openPromise, type Entry } from "yauzl";
import { archiveRefused } from "./errors";
import type { ArchiveEntry } from "./archive-entry";

const unixModeOf = (entry: Entry): number => (entry.versionMadeBy >>> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0);
const fileTypeMask = 0o170000;
const regularFile = 0o100000;
const folder = 0o040000;

function assertPlain(entry: Entry, path: string): void {
  const name = JSON.stringify(path.slice(0, 200));
  const type = unixModeOf(entry) & fileTypeMask;
  if (type !== 0 && type !== regularFile && type !== folder)
    throw archiveRefused("unsafe_entry", `${name} is a link or a device; archives may hold files and folders only.`);
  if (entry.isEncrypted()) throw archiveRefused("encrypted", `${name} is encrypted.`);
  if (!entry.canDecodeFileData()) throw archiveRefused("unreadable", `${name} is packed with a method other than deflate.`);
}

/**
 * The reader inflates at once and reports damage by a bare `error` event: nobody may listen yet, and who listens later
 * would wait for ever. A stream of Node's own keeps the failure until it is read.
 */
function standard(raw: Readable): AsyncIterable<Uint8Array> {
  const content = new PassThrough().on("error", () => undefined);
  raw.on("error", (error) => content.destroy(error));
  content.once("close", () => raw.destroy());
  return raw.pipe(content) as AsyncIterable<Uint8Array>;
}

/** The reader enforces sizes but not checksums. */
async function* checksummed(content: AsyncIterable<Uint8Array>, entry: Entry, path: string): AsyncGenerator<Uint8Array> {
  let actual = 0;
  for await (const chunk of content) {
    actual = crc32(chunk, actual);
    yield chunk;
  }
  if (actual !== entry.crc32) throw archiveRefused("unreadable", `${JSON.stringify(path)} is damaged: its checksum differs.`);
}

/** Streams the regular files of a zip in the order of its central directory; sizes and checksums of the directory are enforced. */
export async function* zipEntries(file: string, maxFiles: number): AsyncGenerator<ArchiveEntry> {
  // Raw names: paths are judged by our own rule, which says what is wrong. Backslashes of old Windows tools become slashes.
  const zip = await openPromise(file, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  try {
    if (zip.entryCount > maxFiles * 2) throw archiveRefused("too_many_files", `The archive holds more than ${String(maxFiles)} files.`);
    for await (const entry of zip.eachEntry()) {
      const path = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      assertPlain(entry, path);
      if (path.endsWith("/")) continue;
      const content = standard(await zip.openReadStreamPromise(entry));
      yield { path, content: checksummed(content, entry, path) };
    }
  } finally {
    zip.close();
  }
}
