import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EntryReader } from "./entries";

/** Heads of the entries of a log, each with the number of its lines. */
function entriesOf(lines: readonly string[]): [string, number][] {
  const reader = new EntryReader();
  const found: [string, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (reader.continues(line) && last !== undefined) last[1] += 1;
    else found.push([line, 1]);
  }
  return found;
}

describe("entries of a log", () => {
  it("keep a traceback of the real server with the one that it caused, and nothing after it", () => {
    const log = readFileSync(new URL("../../domain/instance/fixtures/init-failed.txt", import.meta.url), "utf8")
      .trimEnd()
      .split("\n");
    const entries = entriesOf(log);
    const failure = entries.find(([head]) => head.includes("Encountered Exception Traceback"));
    expect(failure?.[1]).toBeGreaterThan(10);
    const after = entries[entries.findIndex((one) => one === failure) + 1];
    expect(after?.[0]).toContain("Worker exiting");
  });

  it("are one per line otherwise, but for what is indented", () => {
    expect(entriesOf(["a", "b", "  b's second line", "", "c"])).toEqual([
      ["a", 1],
      ["b", 2],
      ["", 1],
      ["c", 1],
    ]);
  });

  it("end with the message of an exception that has several lines", () => {
    expect(entriesOf(["Traceback (most recent call last):", '  File "x.py", line 1', "ValueError: a", "  and more", "", "next"])).toEqual([
      ["Traceback (most recent call last):", 5],
      ["next", 1],
    ]);
  });

  it("begin with the first line, and are bounded, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom("Traceback (most recent call last):", "  x", "", "E: x"))), (lines) => {
        const entries = entriesOf(lines);
        expect(entries.reduce((sum, [, count]) => sum + count, 0)).toBe(lines.length);
      }),
    );
    expect(entriesOf(["head", ...Array<string>(1000).fill(" x")]).every(([, count]) => count <= 300)).toBe(true);
  });
});
