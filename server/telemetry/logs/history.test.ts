import fc from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oldestLine, type LogLineDto } from "#server/contract/monitoring";
import { systemClock } from "#server/kernel/clock";
import { instanceLogPath } from "../paths";
import { readLogs, type ResolvedLogQuery } from "./read-logs";
import { openLogWriter, type LogWriter } from "./writer";

const origin = Date.UTC(2026, 10, 24, 8);
let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "sluice-history-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const query: ResolvedLogQuery = { deployments: [{ id: "dep_1", name: "blue" }], container: "inference-server", instanceId: null, limit: 10 };
const writerFor = (instance: string, maxBytes = 64 * 1024 * 1024): Promise<LogWriter> =>
  openLogWriter({ file: instanceLogPath(home, "dep_1", "inference-server", instance), maxBytes, clock: systemClock, linesPerSecond: 10_000_000 });
const line = (at: number, text: string) => ({ at: origin + at, stream: "stdout" as const, text });

/** Everything older than the newest page, page by page, oldest first. */
async function pageBack(limit: number): Promise<readonly LogLineDto[]> {
  let page = await readLogs(home, { ...query, limit });
  let lines = page.lines;
  for (let pages = 0; page.older !== null && pages < 2000; pages += 1) {
    page = await readLogs(home, { ...query, limit, before: page.older });
    lines = [...page.lines, ...lines];
  }
  return lines;
}

/** Everything from the first line that is kept on, page by page. */
async function pageOn(limit: number): Promise<readonly LogLineDto[]> {
  let page = await readLogs(home, { ...query, limit, from: oldestLine });
  const lines = [...page.lines];
  while (page.lines.length === limit) {
    page = await readLogs(home, { ...query, limit, after: page.next ?? "" });
    lines.push(...page.lines);
  }
  return lines;
}

describe("the kept history of a log", () => {
  it("is paged back to its first line over rotated files, instances and equal times, without a repeated or skipped line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 40 }), async (steps, limit) => {
        await rm(path.join(home, "telemetry"), { recursive: true, force: true });
        const writers = await Promise.all(["ins_a", "ins_b", "ins_c"].map((name) => writerFor(name)));
        let at = 0;
        steps.forEach((step, index) => writers[index % writers.length]?.write(line((at += step), `line ${index}`)));
        await Promise.all(writers.map((writer) => writer.flush()));
        const lines = await pageBack(limit);
        expect(await pageOn(limit)).toEqual(lines);
        expect(lines.map((one) => one.id)).toEqual([...new Set(lines.map((one) => one.id))]);
        expect(lines).toHaveLength(steps.length);
        expect(lines.map((one) => one.at)).toEqual(lines.map((one) => one.at).sort((a, b) => a - b));
      }),
      { numRuns: 25 },
    );
  });

  it("crosses every rotated file and begins where the bound cut it off", async () => {
    const writer = await writerFor("ins_a", 400_000);
    for (let index = 0; index < 12_000; index += 1) writer.write(line(index, `line ${index} ${"é".repeat(index % 60)}`));
    await writer.flush();
    const lines = await pageBack(700);
    const numbers = lines.map((one) => Number(one.text.split(" ")[1]));
    expect(numbers.at(-1)).toBe(11_999);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 12_000 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(1500);
  });

  it("opens at a line, and goes on from there in both directions", async () => {
    const [a, b] = [await writerFor("ins_a"), await writerFor("ins_b")];
    for (let index = 0; index < 1000; index += 1) (index % 2 === 0 ? a : b).write(line(Math.floor(index / 4), `line ${index}`));
    await Promise.all([a.flush(), b.flush()]);
    const all = await pageBack(333);
    const target = all[421];
    const id = target?.id ?? "";
    const forward = await readLogs(home, { ...query, from: id, limit: 50 });
    expect(forward.lines).toEqual(all.slice(421, 471));
    expect((await readLogs(home, { ...query, after: forward.next ?? "", limit: 2000 })).lines).toEqual(all.slice(471));
    expect((await readLogs(home, { ...query, before: forward.older ?? "", limit: 50 })).lines).toEqual(all.slice(371, 421));
  });

  it("of 100,000 lines is read through in pages of 5000 within seconds", async () => {
    const writer = await writerFor("ins_a");
    for (let index = 0; index < 100_000; index += 1) {
      writer.write(line(index, `line ${index} ${"y".repeat(80)}`));
      if (index % 10_000 === 0) await writer.flush();
    }
    await writer.flush();
    const startedAt = performance.now();
    expect(await pageBack(5000)).toHaveLength(100_000);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it("names every container run that it holds lines of", async () => {
    await Promise.all(
      ["ins_a", "ins_gone"].map(async (name) => {
        const writer = await writerFor(name);
        writer.write(line(1, name));
        await writer.flush();
      }),
    );
    const { sources } = await readLogs(home, { ...query, limit: 1 });
    expect(sources.map((source) => source.instanceId).sort()).toEqual(["ins_a", "ins_gone"]);
  });
});
