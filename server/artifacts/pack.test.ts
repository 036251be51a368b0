import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createReadStream } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packFiles, type PackEntry } from "./pack";
import type { ArchiveFormat } from "#server/domain/asset/archive";
import { createArtifactStore, type ArtifactStore } from "./store";
import { unpackArchive } from "./unpack";

let root: string;
let store: ArtifactStore;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "pack-"));
  store = createArtifactStore(path.join(root, "artifacts"));
});
afterEach(() => rm(root, { recursive: true }));

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

const textEntry = (name: string, text: string): PackEntry => ({ path: name, sizeBytes: Buffer.byteLength(text), open: () => Promise.resolve(pieces(text)) });

async function collect(archive: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part);
  return Buffer.concat(parts);
}

const brokenOff = (entry: PackEntry): PackEntry => ({
  ...entry,
  open: () =>
    Promise.resolve(
      (async function* () {
        yield* pieces("begun");
        throw new Error("damaged");
      })(),
    ),
});

describe.each(["tar", "zip"] as const)("a %s", (format: ArchiveFormat) => {
  it("holds every file as it is, more of them than anybody listens to, and empty ones", async () => {
    const entries = [...Array.from({ length: 60 }, (_, index) => textEntry(`code/ä ${String(index)}.py`, `print(${String(index)})\n`)), textEntry("empty", "")];
    const file = path.join(root, `archive.${format}`);
    await writeFile(file, await collect(packFiles(entries, format, Date.UTC(2026, 1, 3))));
    const files = await unpackArchive(store, createReadStream(file), format);
    expect(files.map(({ path: name, sizeBytes }) => [name, sizeBytes])).toEqual(entries.map((entry) => [entry.path, entry.sizeBytes]));
    const last = files.find(({ path: name }) => name === "code/ä 59.py");
    expect((await collect(await store.open(last?.sha256 ?? ""))).toString()).toBe("print(59)\n");
  });

  it("breaks off where a file does, is missing, or is not as long as it was said to be", async () => {
    const good = textEntry("good", "x");
    await expect(collect(packFiles([good, brokenOff(textEntry("bad", "begun and"))], format, 0))).rejects.toThrow("damaged");
    const missing = { ...good, path: "missing", open: () => Promise.reject(new Error("gone")) };
    await expect(collect(packFiles([good, missing], format, 0))).rejects.toThrow("gone");
    await expect(collect(packFiles([{ ...good, sizeBytes: 2 }], format, 0))).rejects.toThrow();
  });

  it("opens one file after the other, as fast as it is read, and lets go when nobody reads on", async () => {
    const chunk = "z".repeat(256 * 1024);
    let given = 0;
    let closed = false;
    const large: PackEntry = {
      path: "large.bin",
      sizeBytes: 400 * chunk.length,
      open: () =>
        Promise.resolve(
          (async function* () {
            try {
              for (let index = 0; index < 400; index += 1) {
                given += 1;
                yield* pieces(chunk);
              }
            } finally {
              closed = true;
            }
          })(),
        ),
    };
    const archive = packFiles([large, { ...large, path: "second.bin" }], format, 0);
    for (let read = 0; read < 3; read += 1) await archive.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(given).toBeLessThan(20);
    await archive.return(undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(true);
  });
});
