import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatChange,
  formatCores,
  formatCount,
  formatDuration,
  formatMoney,
  formatMs,
  formatPercent,
  formatRate,
  plural,
} from "./format";

describe("number formatting", () => {
  it("shows what was not measured as a dash and never as zero", () => {
    for (const format of [
      formatCount,
      formatMs,
      formatDuration,
      formatBytes,
      formatRate,
      formatPercent,
      (value: number | null) => formatMoney(value, "USD"),
      formatCores,
    ]) {
      expect(format(null)).toBe("–");
      expect(format(Number.NaN)).toBe("–");
    }
  });

  it.each([
    [0, "0"],
    [1.234, "1.23"],
    [42.25, "42.3"],
    [1234, "1,234"],
    [12_345, "12.3k"],
    [2_500_000, "2.5M"],
  ])("counts %d as %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  it.each([
    [0.42, "0.4 ms"],
    [41, "41 ms"],
    [999.4, "999 ms"],
    [1240, "1.24 s"],
    [41_000, "41 s"],
    [200_000, "3 min 20 s"],
  ])("tells %d ms as %s", (value, text) => {
    expect(formatMs(value)).toBe(text);
  });

  it.each([
    [300, "under 1 s"],
    [60_000, "1 min"],
    [7_500_000, "2 h 5 min"],
    [86_400_000 * 4, "4 d"],
  ])("tells a span of %d ms as %s", (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1536, "1.5 KiB"],
    [8 * 1024 * 1024, "8 MiB"],
    [1024 ** 5 * 2, "2,048 TiB"],
  ])("tells %d bytes as %s", (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });

  it("never rounds a real error rate down to nothing, nor a partial one up to everything", () => {
    expect(formatRate(0)).toBe("0 %");
    expect(formatRate(0.0002)).toBe("<0.1 %");
    expect(formatRate(0.0213)).toBe("2.1 %");
    expect(formatRate(0.999)).toBe("99.9 %");
    expect(formatRate(1)).toBe("100 %");
  });

  it("gives small sums of money the digits that they need", () => {
    expect(formatMoney(0, "USD")).toBe("$0.00");
    expect(formatMoney(0.0042, "USD")).toBe("$0.0042");
    expect(formatMoney(1234.5, "EUR")).toBe("€1,234.50");
  });

  it("tells the distance of a time in one unit, both ways", () => {
    expect(formatAgo(1000, 5000)).toBe("just now");
    expect(formatAgo(0, 200_000)).toBe("3 min ago");
    expect(formatAgo(86_400_000 * 5, 0)).toBe("in 5 d");
  });

  it("compares only with something that was there", () => {
    expect(formatChange(12, 10)).toBe("+20 %");
    expect(formatChange(9.5, 10)).toBe("−5 %");
    expect(formatChange(10, 10)).toBe("±0 %");
    expect(formatChange(10, 0)).toBeNull();
    expect(formatChange(null, 4)).toBeNull();
  });

  it("agrees in number", () => {
    expect(plural(1, "instance")).toBe("1 instance");
    expect(plural(0, "instance")).toBe("0 instances");
  });
});
