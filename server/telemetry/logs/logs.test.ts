import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "#server/kernel/clock";
import { instanceLogPath } from "../paths";
import { readLogs, type ResolvedLogQuery } from "./read-logs";
import { openLogWriter, type LogWriter } from "./writer";

const origin = Date.UTC(2026, 10, 24, 8);
let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "sluice-logs-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const writerFor = (instance: string, options: { maxBytes?: number; linesPerSecond?: number; clock?: Clock } = {}): Promise<LogWriter> =>
  openLogWriter({
    file: instanceLogPath(home, "dep_1", "inference-server", instance),
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    clock: options.clock ?? systemClock,
    linesPerSecond: options.linesPerSecond ?? 1_000_000,
  });
const query: ResolvedLogQuery = { deployments: [{ id: "dep_1", name: "blue" }], container: "inference-server", instanceId: null, limit: 10 };
const line = (at: number, text: string) => ({ at: origin + at, stream: "stdout" as const, text });

describe("container logs", () => {
  it("merge instances by time and give the newest lines first page", async () => {
    const [a, b] = [await writerFor("ins_a"), await writerFor("ins_b")];
    for (let index = 0; index < 20; index += 1) (index % 2 === 0 ? a : b).write(line(index, `line ${index}`));
    await Promise.all([a.flush(), b.flush()]);
    const page = await readLogs(home, query);
    expect(page.lines.map((one) => one.text)).toEqual(Array.from({ length: 10 }, (_, index) => `line ${index + 10}`));
    expect(page.lines[0]).toMatchObject({ deployment: "blue", instanceId: "ins_a", stream: "stdout" });
  });

  it("keep the lines of an entry together, whatever another instance says meanwhile", async () => {
    const [a, b] = [await writerFor("ins_a"), await writerFor("ins_b")];
    for (const [index, text] of ["Traceback (most recent call last):", '  File "x", line 1', "ValueError: no"].entries()) {
      a.write(line(index * 2, text));
      b.write(line(index * 2 + 1, `b ${index}`));
    }
    await Promise.all([a.flush(), b.flush()]);
    const texts = (await readLogs(home, query)).lines.map((one) => `${one.more === true ? "+" : ""}${one.text}`);
    expect(texts).toEqual(["Traceback (most recent call last):", '+  File "x", line 1', "+ValueError: no", "b 0", "b 1", "b 2"]);
  });

  it("are followed without a repeated or skipped line over rotation, equal times and new instances", async () => {
    const a = await writerFor("ins_a", { maxBytes: 400_000 });
    a.write(line(0, "first"));
    await a.flush();
    let page = await readLogs(home, query);
    const seen = page.lines.map((one) => one.text);
    const late = await writerFor("ins_late");
    const expected = ["first"];
    for (let index = 1; index <= 1500; index += 1) {
      const text = `line ${index} ${"x".repeat(40)}`;
      (index % 3 === 0 ? late : a).write(line(Math.floor(index / 50), text));
      expected.push(text);
      if (index % 250 !== 0) continue;
      await Promise.all([a.flush(), late.flush()]);
      do {
        page = await readLogs(home, { ...query, after: page.next ?? undefined, limit: 97 });
        seen.push(...page.lines.map((one) => one.text));
      } while (page.lines.length > 0);
    }
    expect(seen).toHaveLength(expected.length);
    expect(new Set(seen)).toEqual(new Set(expected));
  });

  it("stay within their bound, dropping the oldest lines", async () => {
    const writer = await writerFor("ins_a", { maxBytes: 200_000 });
    for (let index = 0; index < 20_000; index += 1) writer.write(line(index, `line ${index}`));
    await writer.flush();
    const folder = path.dirname(instanceLogPath(home, "dep_1", "inference-server", "ins_a"));
    expect((await readdir(folder)).sort()).toEqual(["ins_a.ndjson", "ins_a.ndjson.1", "ins_a.ndjson.2", "ins_a.ndjson.3"]);
    const page = await readLogs(home, { ...query, limit: 10_000 });
    expect(page.lines.at(-1)?.text).toBe("line 19999");
    expect(page.lines.length).toBeLessThan(5000);
    expect(page.lines.length).toBeGreaterThan(1500);
  });

  it("resume after a crash behind the last whole line", async () => {
    const writer = await writerFor("ins_a");
    writer.write(line(1, "whole"));
    await writer.flush();
    await appendFile(instanceLogPath(home, "dep_1", "inference-server", "ins_a"), '{"at":99,"stream":"stdo');
    const resumed = await writerFor("ins_a");
    expect(resumed.lastAt).toBe(origin + 1);
    resumed.write(line(2, "next"));
    await resumed.flush();
    expect((await readLogs(home, query)).lines.map((one) => one.text)).toEqual(["whole", "next"]);
  });

  it("shed a flood with a count that the log itself tells", async () => {
    let now = origin;
    const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
    const writer = await writerFor("ins_a", { linesPerSecond: 1000, clock });
    const kept = Array.from({ length: 20_000 }, (_, index) => writer.write(line(index / 20, `flood ${index}`))).filter(Boolean).length;
    expect(kept).toBe(4000);
    expect(writer.dropped).toBe(16_000);
    now += 1000;
    writer.write(line(1000, "calm"));
    await writer.flush();
    const page = await readLogs(home, query);
    expect(page.lines.slice(-2).map((one) => one.text)).toEqual(["[sluice] 16000 lines dropped: more came than can be kept", "calm"]);
  });

  it("of 100,000 lines answer within a second, at the end and in the middle", async () => {
    const writer = await writerFor("ins_a");
    for (let index = 0; index < 100_000; index += 1) {
      writer.write(line(index, `line ${index} ${"y".repeat(80)}`));
      if (index % 10_000 === 0) await writer.flush();
    }
    await writer.flush();
    const startedAt = performance.now();
    const newest = await readLogs(home, { ...query, limit: 10_000 });
    const middle = await readLogs(home, { ...query, limit: 100, after: Buffer.from(JSON.stringify({ ins_a: origin + 50_000 })).toString("base64url") });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(newest.lines).toHaveLength(10_000);
    expect(middle.lines[0]?.text).toContain("line 50001 ");
  });

  it("refuse a position that was never handed out", async () => {
    for (const position of [{ after: "nonsense" }, { before: "nonsense" }, { from: "1764000000000.ins_a" }])
      await expect(readLogs(home, { ...query, ...position })).rejects.toMatchObject({ code: "log.bad_cursor" });
  });
});
