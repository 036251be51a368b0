import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createArtifactStore, type ArtifactStore } from "./store";

const digestOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

async function* chunked(content: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < content.byteLength; offset += size) {
    await Promise.resolve();
    yield content.subarray(offset, offset + size);
  }
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

let root: string;
let store: ArtifactStore;
const blobPath = (sha256: string) => path.join(root, "sha256", sha256.slice(0, 2), sha256);
const temporaryFiles = () => readdir(path.join(root, "tmp"));

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sluice-artifacts-"));
  store = createArtifactStore(root);
});
afterEach(() => rm(root, { recursive: true }));

describe("artifact store", () => {
  it("names a blob by its digest and gives the same bytes back", async () => {
    const content = randomBytes(300_000);
    const stored = await store.put(chunked(content));
    expect(stored).toEqual({ sha256: digestOf(content), sizeBytes: 300_000 });
    expect((await collect(await store.open(stored.sha256))).equals(content)).toBe(true);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("stores equal content once, also when put at the same time", async () => {
    const content = randomBytes(10_000);
    const stored = await Promise.all([1, 7, 1000].map((size) => store.put(chunked(content, size))));
    expect(new Set(stored.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("leaves nothing behind when the source breaks or is too large", async () => {
    const breaking = async function* () {
      yield* chunked(randomBytes(5000));
      throw new Error("connection lost");
    };
    await expect(store.put(breaking())).rejects.toThrow("connection lost");
    await expect(store.put(chunked(randomBytes(5000)), { maxBytes: 4999 })).rejects.toMatchObject({ code: "artifact.too_large" });
    expect(await temporaryFiles()).toEqual([]);
    expect(await readdir(root)).toEqual(["tmp"]);
  });

  it("fails at the end of reading a blob that was changed on disk", async () => {
    const { sha256 } = await store.put(chunked(Buffer.from("model weights")));
    await writeFile(blobPath(sha256), "model weightz");
    await expect(collect(await store.open(sha256))).rejects.toMatchObject({ code: "artifact.corrupt", kind: "internal" });
  });

  it("repairs a changed blob when the content is put again", async () => {
    const { sha256 } = await store.put(chunked(Buffer.from("model weights")));
    await writeFile(blobPath(sha256), "x");
    await store.put(chunked(Buffer.from("model weights")));
    expect(await readFile(blobPath(sha256), "utf8")).toBe("model weights");
  });

  it("says artifact.missing for what is not there and for what is no digest", async () => {
    for (const sha256 of ["0".repeat(64), "../../etc/passwd", ""]) {
      await expect(store.open(sha256)).rejects.toMatchObject({ code: "artifact.missing" });
      expect(await store.has(sha256)).toBe(false);
    }
  });

  it("removes idempotently", async () => {
    const { sha256 } = await store.put(chunked(Buffer.from("a")));
    await store.remove(sha256);
    await store.remove(sha256);
    expect(await store.has(sha256)).toBe(false);
  });
});
