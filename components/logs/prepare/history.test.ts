import { describe, expect, it } from "vitest";
import type { LogLineDto, LogPage } from "#server/contract/monitoring";
import { emptyWindow, openWindow, pageLines, scanHistory, withNewer, withOlder, type Keep, type LogPosition, type LogWindow } from "./history";

const line = (index: number): LogLineDto => ({ id: `${index}`, at: index, deployment: "blue", instanceId: "ins_1", stream: "stdout", text: `line ${index}` });
const ids = (window: LogWindow): readonly number[] => window.lines.map((one) => one.at);

/** A log of so many lines, read as the management API answers. */
class WrittenLog {
  constructor(public count: number) {}
  read = ({ after, before, from, limit }: LogPosition): Promise<LogPage> => {
    const start = after !== undefined ? Number(after) + 1 : from !== undefined ? Number(from) : null;
    const end = start !== null ? Math.min(start + limit, this.count) : before === undefined ? this.count : Number(before);
    const first = start ?? Math.max(end - limit, 0);
    const lines = Array.from({ length: Math.max(end - first, 0) }, (_, index) => line(first + index));
    return Promise.resolve({
      lines,
      older: start === null ? (first > 0 ? String(first) : null) : (from ?? null),
      next: before !== undefined ? null : end === 0 ? null : String(end - 1),
      sources: [],
    });
  };
}

const older = async (log: WrittenLog, window: LogWindow, keep: Keep | null = null, most?: number) =>
  withOlder(window, await log.read({ before: window.older ?? "", limit: pageLines }), keep, most);
const newer = async (log: WrittenLog, window: LogWindow, keep: Keep | null = null, most?: number) =>
  withNewer(window, await log.read({ ...window.newer, limit: pageLines }), keep, most);

const hundreds: Keep = { key: "hundreds", passes: (one) => one.at % 100 === 0 };

describe("a window on a log", () => {
  it("opens at the newest lines, goes back to the first and follows what comes, without a hole", async () => {
    const log = new WrittenLog(12_345);
    let window = await openWindow(log.read, null);
    expect(ids(window)[0]).toBe(7345);
    while (window.older !== null) window = await older(log, window);
    log.count += 10;
    window = await newer(log, window);
    expect(ids(window)).toEqual(Array.from({ length: 12_355 }, (_, index) => index));
    expect(window).toMatchObject({ atEnd: true, read: 12_355 });
  });

  it("opens around a line, and the two ends go on from there", async () => {
    const log = new WrittenLog(40_000);
    let window = await openWindow(log.read, "20000");
    expect([ids(window)[0], ids(window).at(-1), window.atEnd]).toEqual([15_000, 24_999, false]);
    window = await newer(log, await older(log, window));
    expect(ids(window)).toEqual(Array.from({ length: 20_000 }, (_, index) => 10_000 + index));
  });

  it("lets the far end go when it is full, and comes back to it", async () => {
    const log = new WrittenLog(30_000);
    let window = await openWindow(log.read, null);
    for (let pages = 0; pages < 4; pages += 1) window = await older(log, window, null, 12_000);
    expect([ids(window)[0], ids(window).at(-1), window.atEnd]).toEqual([5000, 16_999, false]);
    window = await newer(log, window, null, 12_000);
    expect(ids(window)).toEqual(Array.from({ length: 12_000 }, (_, index) => 9999 + index));
    expect(window.older).toBe("9999");
  });

  it("lets go what a filter misses before anything that it finds", async () => {
    const log = new WrittenLog(200_000);
    let window = await openWindow(log.read, null);
    while (window.older !== null) window = await older(log, window, hundreds, 10_000);
    const found = window.lines.filter(hundreds.passes);
    expect(found).toHaveLength(2000);
    expect(window).toMatchObject({ keptBy: "hundreds", atEnd: true, read: 200_000 });
  });

  it("leaves late lines of before its oldest one to paging back", () => {
    const window: LogWindow = { ...emptyWindow, lines: [line(50)], older: "50", newer: { after: "50" } };
    const page: LogPage = { lines: [line(10), line(51)], older: null, next: "51", sources: [] };
    expect(ids(withNewer(window, page, null))).toEqual([50, 51]);
  });

  it("is read through to the oldest line, until told to stop", async () => {
    const log = new WrittenLog(23_000);
    let count = 0;
    await scanHistory(log.read, (lines) => (count += lines.length) > 0);
    expect(count).toBe(23_000);
    count = 0;
    await scanHistory(log.read, (lines) => (count += lines.length) < 9000);
    expect(count).toBe(10_000);
  });
});
