import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Spool } from "./spool";

let directory: string;
let now = 1_000_000;
const clock = { now: () => now, sleep: () => Promise.resolve() };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-spool-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function started(capBytes = 1_000_000, rotateLines = 3): Promise<Spool> {
  const spool = new Spool({ directory, capBytes, clock, rotateMs: 2000, rotateLines });
  await spool.start();
  return spool;
}
const complete = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.endsWith(".ndjson")).sort();

describe("the spool", () => {
  it("hands a file over by renaming when it is old enough, and not before", async () => {
    const spool = await started();
    spool.add("1");
    await spool.flush();
    expect(await readdir(directory)).toEqual([`requests-${String(now)}-1.ndjson.open`]);
    now += 2000;
    await spool.flush();
    expect(await readdir(directory)).toEqual([`requests-${String(now - 2000)}-1.ndjson`]);
  });

  it("hands a file over when it has enough lines, whole and in order", async () => {
    const spool = await started();
    for (const line of ["1", "2", "3", "4"]) spool.add(line);
    await spool.flush();
    const [name = ""] = await complete();
    expect(await readFile(join(directory, name), "utf8")).toBe("1\n2\n3\n4\n");
  });

  it("makes no empty file", async () => {
    const spool = await started();
    await spool.flush(true);
    expect(await readdir(directory)).toEqual([]);
  });

  it("keeps old lines and sheds and counts new ones beyond the cap, until files are taken", async () => {
    const spool = await started(20, 1);
    for (let line = 0; line < 10; line += 1) {
      spool.add("12345");
      await spool.flush();
    }
    expect([(await complete()).length, spool.shed]).toEqual([4, 6]);
    for (const name of await complete()) await rm(join(directory, name));
    await spool.flush();
    spool.add("again");
    await spool.flush();
    expect([(await complete()).length, spool.shed]).toEqual([1, 6]);
  });

  it("counts and hands over its own files only, whoever else writes into the folder", async () => {
    await writeFile(join(directory, "mirrored-1-1.ndjson"), "x".repeat(100));
    await writeFile(join(directory, "mirrored-2-1.ndjson.open"), "half");
    const spool = await started(20, 1);
    spool.add("1");
    await spool.flush();
    expect(spool.shed).toBe(0);
    expect(await readdir(directory)).toContain("mirrored-2-1.ndjson.open");
  });

  it("hands over what a killed process left, without a line that was cut off", async () => {
    await writeFile(join(directory, "requests-1-1.ndjson.open"), '{"a":1}\n{"a":');
    await writeFile(join(directory, "requests-2-1.ndjson.open"), '{"a":');
    await started();
    expect(await readdir(directory)).toEqual(["requests-1-1.ndjson"]);
    expect(await readFile(join(directory, "requests-1-1.ndjson"), "utf8")).toBe('{"a":1}\n');
  });
});
