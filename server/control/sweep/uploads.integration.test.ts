import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newId } from "#server/kernel/ids";
import { buildWorkspace } from "#server/testing/builders";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { FakeClock } from "#server/testing/fake-clock";
import { graceMs } from "./plan";
import { sweepUploads } from "./uploads";

let database: TestDatabase;
let uploadsFolder: string;
let workspaceId: string;
const clock = new FakeClock();
beforeEach(async () => {
  database = await createTestDatabase();
  workspaceId = (await buildWorkspace(database.store)).id;
  uploadsFolder = await mkdtemp(path.join(tmpdir(), "sluice-uploads-"));
});
afterEach(async () => {
  await database.drop();
  await rm(uploadsFolder, { recursive: true });
});

const sweep = () => sweepUploads({ store: database.store, clock, settings: { uploadsFolder } });

/** A folder with a chunk, as old as it says. */
async function folder(id: string, ageMs = 0): Promise<string> {
  await mkdir(path.join(uploadsFolder, id));
  await writeFile(path.join(uploadsFolder, id, "00000000"), "chunk");
  const at = (clock.now() - ageMs) / 1000;
  await utimes(path.join(uploadsFolder, id), at, at);
  return id;
}

async function upload(lifetimeMs = 1000): Promise<string> {
  const now = clock.now();
  const row = { id: newId("upload"), workspaceId, userId: "usr", fileName: "f", sizeBytes: 5, chunkBytes: 5, createdAt: now, expiresAt: now + lifetimeMs };
  await database.store.uploads.insert(row);
  return folder(row.id);
}

it("removes folders of uploads that ended and of those that were never written down, and leaves the others alone", async () => {
  const [open, completed, aborted] = [await upload(), await upload(), await upload()];
  await database.store.uploads.complete(completed, "a".repeat(64), clock.now());
  await database.store.uploads.abort(aborted);
  await folder("upl_never", graceMs + 1);
  const young = await folder("upl_soon");
  expect(await sweep()).toBe(3);
  expect((await readdir(uploadsFolder)).sort()).toEqual([open, young].sort());
});

it("gives up what nobody went on with, and is content without a folder", async () => {
  const open = await upload(1000);
  clock.advance(1001);
  expect(await sweep()).toBe(1);
  expect(await database.store.uploads.findById(open)).toMatchObject({ state: "Aborted" });
  expect(await readdir(uploadsFolder)).toEqual([]);
  await rm(uploadsFolder, { recursive: true });
  expect(await sweep()).toBe(0);
  await mkdir(uploadsFolder);
});
