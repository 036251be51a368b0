import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import type { ArtifactStore } from "../store";
import type { ArtifactSweeper } from "../sweeper";

/** One store with what its tests need of its inside. */
export interface ArtifactHarness {
  readonly store: ArtifactStore;
  readonly sweeper: ArtifactSweeper;
  /** Where what is being put passes through. */
  readonly root: string;
  /** Writes other bytes under a blob's name, as a broken disk or a person would. */
  damage(sha256: string, content: Buffer): Promise<void>;
  /** A moment after everything that was stored until now and before everything that is stored from now on, in Unix milliseconds. */
  betweenMs(): Promise<number>;
}

export const digestOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

export async function* chunked(content: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < content.byteLength; offset += size) {
    await Promise.resolve();
    yield content.subarray(offset, offset + size);
  }
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What every artifact store holds to, wherever it keeps its blobs. */
export function artifactContract(open: () => ArtifactHarness): void {
  const temporaryFiles = () => readdir(path.join(open().root, "tmp"));
  const put = async (text: string): Promise<string> => (await open().store.put(chunked(Buffer.from(text)))).sha256;
  const read = async (sha256: string): Promise<Buffer> => collect(await open().store.open(sha256));

  it("names a blob by its digest and gives the same bytes back", async () => {
    const content = randomBytes(300_000);
    const stored = await open().store.put(chunked(content));
    expect(stored).toEqual({ sha256: digestOf(content), sizeBytes: 300_000 });
    expect((await read(stored.sha256)).equals(content)).toBe(true);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("keeps empty content and content of several parts", async () => {
    for (const content of [Buffer.alloc(0), randomBytes(40 * 1024 * 1024 + 17)]) {
      const { sha256 } = await open().store.put(chunked(content, 1024 * 1024));
      expect(digestOf(await read(sha256))).toBe(digestOf(content));
    }
  });

  it("stores equal content once, also when put at the same time", async () => {
    const content = randomBytes(10_000);
    const stored = await Promise.all([1, 7, 1000].map((size) => open().store.put(chunked(content, size))));
    expect(new Set(stored.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("leaves nothing behind when the source breaks or is too large", async () => {
    const before = await open().sweeper.listOlder(await open().betweenMs());
    const breaking = async function* () {
      yield* chunked(randomBytes(5000));
      throw new Error("connection lost");
    };
    await expect(open().store.put(breaking())).rejects.toThrow("connection lost");
    await expect(open().store.put(chunked(randomBytes(5000)), { maxBytes: 4999 })).rejects.toMatchObject({ code: "artifact.too_large" });
    expect(await temporaryFiles()).toEqual([]);
    expect(await open().sweeper.listOlder(await open().betweenMs())).toHaveLength(before.length);
  });

  it("fails at the end of reading a blob that was changed, and is mended when the content is put again", async () => {
    const sha256 = await put("model weights");
    await open().damage(sha256, Buffer.from("model weightz"));
    await expect(read(sha256)).rejects.toMatchObject({ code: "artifact.corrupt", kind: "internal" });
    await put("model weights");
    expect(String(await read(sha256))).toBe("model weights");
  });

  it("says artifact.missing for what is not there and for what is no digest", async () => {
    for (const sha256 of ["0".repeat(64), "../../etc/passwd", ""]) {
      await expect(open().store.open(sha256)).rejects.toMatchObject({ code: "artifact.missing" });
      expect(await open().store.has(sha256)).toBe(false);
    }
  });

  it("removes idempotently", async () => {
    const sha256 = await put("a");
    await open().store.remove(sha256);
    await open().store.remove(sha256);
    expect(await open().store.has(sha256)).toBe(false);
  });

  it("lets a reader leave before the end", async () => {
    const { sha256 } = await open().store.put(chunked(randomBytes(2_000_000), 100_000));
    for await (const piece of await open().store.open(sha256)) {
      expect(piece.byteLength).toBeGreaterThan(0);
      break;
    }
    expect((await read(sha256)).byteLength).toBe(2_000_000);
  });

  it("sweeps what was stored before a moment and nothing that was stored, or stored again, after it", async () => {
    const [old, again] = [await put("swept: old"), await put("swept: again")];
    const moment = await open().betweenMs();
    const young = await put("swept: young");
    await put("swept: again");
    const { sweeper, store } = open();
    const listed = (await sweeper.listOlder(moment)).map((blob) => blob.sha256);
    expect(listed).toContain(old);
    expect(listed).not.toContain(again);
    expect(listed).not.toContain(young);
    expect(await sweeper.removeOlder(old, moment)).toBe(true);
    expect([await sweeper.removeOlder(young, moment), await sweeper.removeOlder(again, moment)]).toEqual([false, false]);
    expect([await store.has(young), await store.has(again)]).toEqual([true, true]);
    // A store may keep it aside for another while, but no longer.
    await sweeper.removeOlder(old, await open().betweenMs());
    expect(await store.has(old)).toBe(false);
  });

  it("never loses a blob that is stored again while it is taken away", async () => {
    for (let round = 0; round < 10; round += 1) {
      const sha256 = await put("raced");
      const moment = await open().betweenMs();
      await Promise.all([put("raced"), open().sweeper.removeOlder(sha256, moment)]);
      expect(String(await read(sha256))).toBe("raced");
    }
  });
}
