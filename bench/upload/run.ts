import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium, expect, type Browser } from "@playwright/test";
import { owner, pickFile, sha256Of, smallStudio } from "../../playwright/fixtures/large-upload";
import { openMemoryCage } from "../../playwright/fixtures/memory-cage";
import { peakMemoryMib } from "../../playwright/fixtures/peak-memory";
import { writeRandomFile } from "../../playwright/fixtures/random-file";
import { signIn } from "../../playwright/fixtures/sign-in";
import { createStudioDatabase, startStudio, type StudioDatabase, type StudioProcess } from "../../playwright/fixtures/studio-process";
import { until } from "../../playwright/fixtures/until";
import { freePort } from "#server/testing/free-ports";
import { printTable } from "../table";
import { withProduct } from "../with-product";

const { values } = parseArgs({ options: { mib: { type: "string", default: "5120" }, memory: { type: "string", default: "512" } } });
const mib = 1024 * 1024;
const [sizeMib, memoryMib] = [Number(values.mib), Number(values.memory)];
/** Two hours for whatever is waited for: this is a measurement, not a test of speed. */
const limitMs = 7_200_000;

interface UploadRow {
  readonly [column: string]: unknown;
  readonly state: string;
  readonly sha256: string | null;
  readonly received: number;
}

async function uploadRow(database: StudioDatabase): Promise<UploadRow | undefined> {
  const [row] = await database.query<UploadRow>("SELECT state, sha256, cardinality(received_chunks) AS received FROM upload");
  return row;
}

interface Stage {
  readonly folder: string;
  readonly database: StudioDatabase;
  readonly browser: Browser;
  readonly start: () => Promise<StudioProcess>;
}

interface Run {
  readonly digest: string;
  readonly stored: string;
  readonly peaks: readonly number[];
  /** Seconds of the browser's sending until the studio says "uploaded", without the time that it was dead. */
  readonly seconds: number;
}

/** Sends the file, kills the studio half-way, goes on with the same page, and registers the model. */
async function upload({ folder, database, browser, start }: Stage): Promise<Run> {
  const file = path.join(folder, "large.bin");
  const digest = await writeRandomFile(file, sizeMib * mib);
  const chunks = Math.ceil((sizeMib * mib) / (8 * mib));
  let studio = await start();
  const page = await (await browser.newContext({ baseURL: studio.url })).newPage();
  try {
    await signIn(page, owner.email, owner.password);
    await page.waitForURL(/\/endpoints$/);
    const begun = performance.now();
    await pickFile(page, file);
    await until("half of the chunks", async () => ((await uploadRow(database))?.received ?? 0) >= chunks / 2, { limitMs, everyMs: 500 });
    const peaks = [await peakMemoryMib(studio.pid)];
    const killed = performance.now();
    await studio.stop();
    studio = await start();
    const back = performance.now();
    await expect(page.getByText(/ uploaded$/)).toBeVisible({ timeout: limitMs });
    const seconds = (performance.now() - begun - (back - killed)) / 1000;
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await expect(page).toHaveURL(/\/models\/large$/, { timeout: 60_000 });
    peaks.push(await peakMemoryMib(studio.pid));
    const stored = await sha256Of(path.join(folder, "home/artifacts/sha256", digest.slice(0, 2), digest));
    return { digest, stored, peaks, seconds };
  } finally {
    await studio.stop();
  }
}

await withProduct(async ({ product }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-upload-"));
  await chmod(folder, 0o755);
  const database = await createStudioDatabase(product, owner.email, owner.password);
  const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const port = await freePort();
  const settings = smallStudio(folder);
  const cage = await openMemoryCage(memoryMib);
  try {
    const { digest, stored, peaks, seconds } = await upload({
      folder,
      database,
      browser,
      start: () => startStudio(product, database, { port, settings, cage }),
    });
    const left = [...(await readdir(path.join(folder, "home/artifacts/tmp"))), ...(await readdir(path.join(folder, "home/uploads")))];
    const peak = Math.max(...peaks);
    printTable(
      ["", "measured", "allowed"],
      [
        ["size", `${String(sizeMib)} MiB`, ""],
        ["speed through the browser", `${(sizeMib / seconds).toFixed(0)} MiB/s`, ""],
        ["memory of the studio held to", cage.heldBy === null ? "nothing: no limit may be set here" : `${String(memoryMib)} MiB by ${cage.heldBy}`, ""],
        ["killed for more", `${String(await cage.kills())} times`, "0 times"],
        ["peak memory of the studio", `${peak.toFixed(0)} MiB`, `${String(memoryMib)} MiB`],
        ["SHA-256 as sent", digest === stored ? "yes" : "no", "yes"],
        ["files left over", String(left.length), "0"],
      ],
    );
    if (peak > memoryMib || (await cage.kills()) > 0 || digest !== stored || left.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
    await cage.remove();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
