import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { freePort } from "#server/testing/free-ports";
import { owner, pickFile, sha256Of, smallStudio } from "../fixtures/large-upload";
import { openMemoryCage, type MemoryCage } from "../fixtures/memory-cage";
import { peakMemoryMib } from "../fixtures/peak-memory";
import { readProduct } from "../fixtures/product-process";
import { writeRandomFile } from "../fixtures/random-file";
import { signIn } from "../fixtures/sign-in";
import { createStudioDatabase, startStudio, type StudioDatabase, type StudioProcess } from "../fixtures/studio-process";
import { until } from "../fixtures/until";

const mib = 1024 * 1024;
const fileBytes = 512 * mib;
const chunks = 64;
const memoryMib = 512;
const product = readProduct();

let folder: string;
let database: StudioDatabase;
let port: number;
let studio: StudioProcess;
let settings: Readonly<Record<string, string>>;
let cage: MemoryCage;

async function start(): Promise<void> {
  studio = await startStudio(product, database, { port, settings, cage });
}

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-upload-"));
  await chmod(folder, 0o755);
  settings = smallStudio(folder);
  port = await freePort();
  cage = await openMemoryCage(memoryMib);
  database = await createStudioDatabase(product, owner.email, owner.password);
  await start();
});

test.afterAll(async () => {
  await studio.stop();
  await cage.remove();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

interface UploadRow {
  readonly id: string;
  readonly state: string;
  readonly sha256: string | null;
  readonly received: number;
}

const uploads = (): Promise<readonly UploadRow[]> =>
  database.query<UploadRow & Record<string, unknown>>("SELECT id, state, sha256, cardinality(received_chunks) AS received FROM upload");

const received = (least: number): Promise<UploadRow> =>
  until(`${String(least)} chunks`, async () => (await uploads()).find((row) => row.received >= least), { limitMs: 240_000 });

/** Numbers of the chunks that arrived whole, in their order, repeats included. */
function watchChunks(page: Page): readonly number[] {
  const seen: number[] = [];
  page.on("response", (response) => {
    const index = /\/chunks\/(\d+)$/.exec(new URL(response.url()).pathname)?.[1];
    if (index !== undefined && response.ok()) seen.push(Number(index));
  });
  return seen;
}

test("a model of 512 MiB comes through a browser, a killed studio and a reload, whole, within 512 MiB of memory", async ({ browser }) => {
  test.setTimeout(600_000);
  const file = path.join(folder, "large.bin");
  const digest = await writeRandomFile(file, fileBytes);
  const context = await browser.newContext({ baseURL: studio.url });
  const page = await context.newPage();
  const arrived = watchChunks(page);
  await signIn(page, owner.email, owner.password);
  await page.waitForURL(/\/endpoints$/);
  await pickFile(page, file);

  // Killed in the middle of a chunk: the browser goes on by itself once the studio is back.
  const { id } = await received(chunks / 4);
  const peaks = [await peakMemoryMib(studio.pid)];
  expect(await cage.holds(studio.pid)).toBe(cage.heldBy !== null);
  await studio.stop();
  const kept = (await uploads())[0]?.received ?? 0;
  await start();
  await received(kept + chunks / 8);

  // Broken off by the person: the same file picked again goes on with the same upload.
  await page.reload();
  const before = (await uploads())[0]?.received ?? 0;
  expect(before).toBeLessThan(chunks);
  await pickFile(page, file);
  await expect(page.getByText(/ uploaded$/)).toBeVisible({ timeout: 300_000 });
  expect(await uploads()).toEqual([{ id, state: "Completed", sha256: digest, received: chunks }]);
  // Every chunk once, but for those whose answer was lost with the process or the page.
  expect(new Set(arrived).size).toBeGreaterThanOrEqual(chunks - 2);
  expect(arrived.length).toBeLessThanOrEqual(chunks + 2);

  await page.getByRole("button", { name: "Register", exact: true }).click();
  await expect(page).toHaveURL(/\/models\/large$/);
  await expect(page.getByText("512 MiB in 1 file")).toBeVisible();
  const artifacts = path.join(folder, "home/artifacts");
  expect(await sha256Of(path.join(artifacts, "sha256", digest.slice(0, 2), digest))).toBe(digest);
  expect(await readdir(path.join(artifacts, "tmp"))).toEqual([]);
  expect(await readdir(path.join(folder, "home/uploads"))).toEqual([]);

  // The way back is as narrow: the tar is made and sent while it is read.
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await page.getByRole("menuitem", { name: "As tar" }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("large-1.tar");
  await download.saveAs(path.join(folder, "large-1.tar"));
  peaks.push(await peakMemoryMib(studio.pid));
  test.info().annotations.push({ type: "memory held by", description: cage.heldBy ?? "nothing: this machine lets us set no limit" });
  test.info().annotations.push({ type: "peak memory", description: peaks.map((peak) => `${peak.toFixed(0)} MiB`).join(", ") });
  expect(await cage.kills()).toBe(0);
  expect(Math.max(...peaks)).toBeLessThanOrEqual(memoryMib);
  await context.close();
});
