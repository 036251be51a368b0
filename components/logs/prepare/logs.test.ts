import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLineDto } from "#server/contract/monitoring";
import { parseAnsi, stripAnsi } from "./ansi";
import { jsonOf, levelOf, logFile, relativeTime } from "./line";
import { appendLines, visibleLines } from "./model";
import { compileSearch, cutByRanges, type Search } from "./search";

const esc = "\u001b";
const line = (id: string, at: number, text: string, stream: LogLineDto["stream"] = "stdout"): LogLineDto => ({
  id,
  at,
  deployment: "blue",
  instanceId: "ins_1",
  stream,
  text,
});
const searchFor = (text: string, regex = false): Search | null => {
  const compiled = compileSearch(text, regex, false);
  return compiled.ok ? compiled.search : null;
};

describe("colours of a terminal", () => {
  it("turns codes into looks and resets", () => {
    expect(parseAnsi(`a${esc}[1;31mb${esc}[0mc`).map(({ text, color, bold }) => ({ text, color, bold }))).toEqual([
      { text: "a", color: null, bold: false },
      { text: "b", color: 1, bold: true },
      { text: "c", color: null, bold: false },
    ]);
    expect(parseAnsi(`${esc}[38;5;196mx`)[0]?.color).toBe(9);
    expect(parseAnsi(`${esc}[48;2;1;2;3;32mx`)[0]?.color).toBe(2);
  });

  it("drops cursor moves, titles and links", () => {
    expect(stripAnsi(`${esc}[2K${esc}]0;title\u0007ok${esc}[1A`)).toBe("ok");
  });

  it("never loses or adds a character", () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(`${esc}[31m`, `${esc}[0m`, `${esc}[1;4m`, `${esc}[2K`, `${esc}[38;5;12m`));
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join("")),
        (text) => {
          expect(
            parseAnsi(text)
              .map((span) => span.text)
              .join(""),
          ).toBe(stripAnsi(text));
        },
      ),
    );
  });
});

describe("search", () => {
  it("takes a text literally and a pattern as a pattern", () => {
    expect(searchFor("a.c")?.find("abc a.c")).toEqual([[4, 7]]);
    expect(searchFor("a.c", true)?.find("abc a.c")).toEqual([
      [0, 3],
      [4, 7],
    ]);
    expect(compileSearch("", false, false)).toEqual({ ok: true, search: null });
  });

  it("says what is wrong with a pattern instead of throwing", () => {
    const compiled = compileSearch("(", true, false);
    expect(compiled.ok).toBe(false);
  });

  it("ends with patterns that match nothing long", () => {
    expect(searchFor("x*", true)?.find("aaa")).toEqual([]);
  });

  it("cuts without losing text, over the edges of a span too", () => {
    expect(cutByRanges("world", 6, [[4, 8]])).toEqual([
      { text: "wo", hit: true },
      { text: "rld", hit: false },
    ]);
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, wanted) => {
        const ranges = searchFor(wanted)?.find(text) ?? [];
        expect(
          cutByRanges(text, 0, ranges)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});

describe("lines", () => {
  it.each([
    ["2026-11-23 10:00:00,123 E [42] azmlinfsrv - Scoring failed", "error"],
    ["Traceback (most recent call last):", "error"],
    ["ValueError: bad input", "error"],
    ["2026-11-23 WARNING root deprecated", "warning"],
    ['{"level":"debug","msg":"x"}', "debug"],
    ["200 POST /score 0 errors later", "info"],
  ] as const)("reads %s as %s", (text, level) => {
    expect(levelOf(text)).toBe(level);
  });

  it("folds JSON open, with what stands before it", () => {
    expect(jsonOf('request {"a": [1]}')).toEqual({ before: "request", pretty: '{\n  "a": [\n    1\n  ]\n}' });
    expect(jsonOf("[not json]")).toBeNull();
    expect(jsonOf("plain")).toBeNull();
  });

  it("saves plain text with UTC times", () => {
    expect(logFile([line("1", 0, `${esc}[31mred${esc}[0m`)])).toBe("1970-01-01T00:00:00.000Z blue ins_1 stdout red\n");
    expect(relativeTime(0, 61_000)).toBe("−1 min 1 s");
  });
});

describe("the list", () => {
  it("appends each line once and keeps time order", () => {
    const before = [line("1", 1, "a"), line("2", 2, "b")];
    expect(appendLines(before, [line("2", 2, "b")])).toBe(before);
    expect(appendLines(before, [line("4", 4, "d"), line("3", 1.5, "c")]).map((one) => one.id)).toEqual(["1", "3", "2", "4"]);
  });

  it("lets the oldest fall off", () => {
    const many = Array.from({ length: 30 }, (_, index) => line(String(index), index, "x"));
    expect(appendLines([], many, 10)[0]?.id).toBe("20");
  });

  it("filters by stream, level and match and counts the hits", () => {
    const lines = [line("1", 1, "ok"), line("2", 2, "ERROR boom", "stderr"), line("3", 3, "boom later", "stderr")];
    expect(visibleLines(lines, { search: null, onlyMatches: false, level: "stderr" }).shown).toEqual([1, 2]);
    expect(visibleLines(lines, { search: null, onlyMatches: false, level: "error" }).shown).toEqual([1]);
    expect(visibleLines(lines, { search: searchFor("boom"), onlyMatches: false, level: "all" })).toEqual({ shown: [0, 1, 2], hits: [1, 2] });
    expect(visibleLines(lines, { search: searchFor("ok"), onlyMatches: true, level: "all" }).shown).toEqual([0]);
  });

  it("filters 100,000 lines well within a second", () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => line(String(index), index, `request ${index} answered 200 in ${index % 97} ms`));
    const started = performance.now();
    expect(visibleLines(lines, { search: searchFor("in 96 ms"), onlyMatches: true, level: "warning" }).shown.length).toBe(0);
    expect(visibleLines(lines, { search: searchFor("in 96 ms"), onlyMatches: true, level: "all" }).hits.length).toBe(1030);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
