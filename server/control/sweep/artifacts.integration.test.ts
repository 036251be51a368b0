import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobFile } from "#server/artifacts/layout";
import { createArtifactStore, type ArtifactStore } from "#server/artifacts/store";
import { createArtifactSweeper } from "#server/artifacts/sweeper";
import { newId } from "#server/kernel/ids";
import type { UploadRow } from "#server/store/uploads";
import { buildCode, buildModelVersion, buildWorkspace } from "#server/testing/builders";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { FakeClock } from "#server/testing/fake-clock";
import { ArtifactSweep, artifactAgeMs, unreferencedForMs } from "./artifacts";

let database: TestDatabase;
let root: string;
let store: ArtifactStore;
let clock: FakeClock;
let workspaceId: string;
beforeEach(async () => {
  database = await createTestDatabase();
  workspaceId = (await buildWorkspace(database.store)).id;
  root = await mkdtemp(path.join(tmpdir(), "sluice-sweep-"));
  store = createArtifactStore(root);
  clock = new FakeClock();
});
afterEach(async () => {
  await database.drop();
  await rm(root, { recursive: true });
});

const open = (): ArtifactSweep => new ArtifactSweep({ store: database.store, sweeper: createArtifactSweeper(root), clock });

/** Stores a blob and says that it was at a time of the test's clock. */
async function put(text: string, ageMs: number): Promise<string> {
  const { sha256 } = await store.put(Readable.from([Buffer.from(text)]));
  const at = (clock.now() - ageMs) / 1000;
  await utimes(blobFile(root, sha256), at, at);
  return sha256;
}
const fileOf = (sha256: string) => ({ path: "f", sha256, sizeBytes: 1 });
const left = async (...digests: string[]): Promise<readonly boolean[]> => Promise.all(digests.map((sha256) => store.has(sha256)));

async function completedUpload(sha256: string, expiresInMs: number): Promise<UploadRow> {
  const now = clock.now();
  const row = { id: newId("upload"), workspaceId, userId: "usr", fileName: "f", sizeBytes: 1, chunkBytes: 1, createdAt: now, expiresAt: now + expiresInMs };
  await database.store.uploads.insert(row);
  await database.store.artifacts.insert(sha256, 1);
  const complete = await database.store.uploads.complete(row.id, sha256, now);
  if (complete === null) throw new Error("the upload was not open");
  return complete;
}

describe("unreferenced blobs", () => {
  it("go when they are old and nobody named them for an hour; named and young ones stay", async () => {
    const [stray, young] = [await put("stray", artifactAgeMs + 1), await put("young", 1000)];
    const [model, code] = [await put("model", artifactAgeMs * 10), await put("code", artifactAgeMs * 10)];
    await buildModelVersion(database.store, workspaceId, { files: [fileOf(model)] });
    await buildCode(database.store, workspaceId, { files: [fileOf(code)] });
    const sweep = open();
    expect(await sweep.run()).toBe(0);
    clock.advance(unreferencedForMs);
    expect(await sweep.plan()).toEqual([{ sha256: stray, sizeBytes: 5 }]);
    expect(await left(stray)).toEqual([true]);
    expect(await sweep.run()).toBe(1);
    expect(await left(stray, young, model, code)).toEqual([false, true, true, true]);
  });

  it("stay while a complete upload may still be registered, and go after its time", async () => {
    const sha256 = await put("uploaded", artifactAgeMs * 2);
    const upload = await completedUpload(sha256, 5 * unreferencedForMs);
    const sweep = open();
    for (let hour = 0; hour < 5; hour += 1) {
      await sweep.run();
      clock.advance(unreferencedForMs);
    }
    expect(await left(sha256)).toEqual([true]);
    // From now on nothing can be registered from it: whoever tries is told to upload again.
    clock.advance(1);
    await sweep.run();
    expect(await database.store.uploads.findById(upload.id)).toBeNull();
    expect(await left(sha256)).toEqual([true]);
    clock.advance(unreferencedForMs);
    await sweep.run();
    expect(await left(sha256)).toEqual([false]);
  });

  it("stay when a registration that began before the upload ended names them at the last moment", async () => {
    const sha256 = await put("uploaded", artifactAgeMs * 2);
    await completedUpload(sha256, 1000);
    clock.advance(2000);
    const sweep = open();
    await sweep.run();
    await buildModelVersion(database.store, workspaceId, { files: [fileOf(sha256)] });
    clock.advance(unreferencedForMs);
    expect(await sweep.run()).toBe(0);
    expect(await left(sha256)).toEqual([true]);
  });

  it("stay when they are stored again meanwhile", async () => {
    const sha256 = await put("again", artifactAgeMs + 1);
    const sweep = open();
    await sweep.run();
    clock.advance(unreferencedForMs);
    await put("again", 0);
    expect(await sweep.run()).toBe(0);
    expect(await left(sha256)).toEqual([true]);
  });

  it("need two looks of one process: a crash between them costs an hour and no blob", async () => {
    const sha256 = await put("stray", artifactAgeMs + 1);
    await open().run();
    clock.advance(unreferencedForMs);
    const successor = open();
    expect(await successor.run()).toBe(0);
    clock.advance(unreferencedForMs);
    expect(await successor.run()).toBe(1);
    expect(await left(sha256)).toEqual([false]);
  });
});
