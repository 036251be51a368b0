import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { archiveRefused } from "./errors";
import type { ArchiveEntry, PackedMeter } from "./archive-entry";

/** Entry types that hold nothing we need: folders come into being with their files; pax headers are read by the parser itself. */
const ignoredTypes = new Set(["directory", "pax-header", "pax-global-header", "gnu-long-path", "gnu-long-link-path"]);

async function* metered(content: AsyncIterable<Uint8Array>, maxBytes: number, packed: PackedMeter): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    packed.packedBytes += chunk.byteLength;
    if (packed.packedBytes > maxBytes) throw archiveRefused("too_large", `The archive is larger than ${String(maxBytes)} bytes.`);
    yield chunk;
  }
}

/** Streams the regular files of a tar in order; throws `archive.unsafe_entry` at the first link or device. */
export async function* tarEntries(content: AsyncIterable<Uint8Array>, gzipped: boolean, maxBytes: number, packed: PackedMeter): AsyncGenerator<ArchiveEntry> {
  const source = Readable.from(metered(content, maxBytes, packed), { objectMode: false });
  const parser = extract();
  // The outcome of the pipeline reaches us through the parser, which every failing part destroys with its error.
  const settled = () => undefined;
  if (gzipped) pipeline(source, createGunzip(), parser, settled);
  else pipeline(source, parser, settled);
  for await (const entry of parser) {
    const { name, type } = entry.header;
    if (type === "file" || type === "contiguous-file") {
      yield { path: name, content: entry as AsyncIterable<Uint8Array> };
    } else if (typeof type === "string" && ignoredTypes.has(type)) {
      entry.resume();
    } else {
      throw archiveRefused("unsafe_entry", `${JSON.stringify(name.slice(0, 200))} is a ${type}; archives may hold files and folders only.`);
    }
  }
}
