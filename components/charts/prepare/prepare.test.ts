import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MetricResult } from "#server/contract/monitoring";
import { deploymentColor } from "./colors";
import { parseRange, rangeParams, stepOf, windowOf, zoomOf } from "./range";
import { isLonely, prepareSeries } from "./series";
import { chartCsv, tableRows, toCsv } from "./table";
import { timeTicks, valueTicks } from "./ticks";
import { axisScale, formatValue, shortNumber } from "./units";

const minute = 60_000;
const line = (key: string, values: (number | null)[], more: Partial<MetricResult["series"][number]> = {}) => ({
  key,
  deployment: null,
  percentile: null,
  values,
  ...more,
});
const result = (series: MetricResult["series"], unit: MetricResult["unit"] = "ms"): MetricResult => ({
  metric: "latency",
  unit,
  from: 600_000,
  stepMs: minute,
  series,
  marks: [],
});

describe("units", () => {
  it.each([
    [0, "0"],
    [0.00342, "0.00342"],
    [4.218, "4.22"],
    [38.04, "38"],
    [1203.7, "1204"],
  ])("writes a tick of %s as %s", (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });

  it("writes silence as a dash, never as a zero", () => {
    expect(formatValue("ms", null)).toBe("–");
    expect(formatValue("bytes", 512 * 1024 ** 2)).toBe("512 MiB");
  });

  it("gives one unit to a whole axis, by its largest value", () => {
    expect(axisScale("ms", 2500)).toEqual({ suffix: "s", divisor: 1000 });
    expect(axisScale("bytes", 3 * 1024 ** 3).suffix).toBe("GiB");
  });
});

describe("ticks", () => {
  it("covers the largest value from zero in even, rising steps", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.constantFrom("count", "ms", "bytes", "cores", "percent" as const), (max, unit) => {
        const ticks = valueTicks(max, unit);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1) ?? 0).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        for (let index = 1; index < ticks.length; index += 1) expect(ticks[index] ?? 0).toBeGreaterThan(ticks[index - 1] ?? 0);
      }),
    );
  });

  it("counts in whole numbers and memory in powers of two", () => {
    expect(valueTicks(3, "count")).toEqual([0, 1, 2, 3]);
    expect(valueTicks(100 * 1024 ** 2, "bytes").map((value) => value / 1024 ** 2)).toEqual([0, 32, 64, 96, 128]);
    expect(valueTicks(0, "ms")[0]).toBe(0);
  });

  it("puts time ticks on round local times", () => {
    expect(timeTicks(7 * minute, 37 * minute, 6).map((at) => at / minute)).toEqual([10, 15, 20, 25, 30, 35]);
    const [first] = timeTicks(0, 5 * 86_400_000, 5, 2 * 3_600_000);
    expect(((first ?? 0) + 2 * 3_600_000) % 86_400_000).toBe(0);
  });
});

describe("range", () => {
  const params = (text: string) => new URLSearchParams(text);

  it("survives the way through the URL and keeps other parameters", () => {
    const fixed = { kind: "fixed", from: 1_000_000, to: 9_000_000 } as const;
    expect(parseRange(params(rangeParams(fixed, "split=deployment&range=1h")))).toEqual(fixed);
    expect(rangeParams({ kind: "live", range: "6h" }, "split=deployment&from=1&to=2")).toBe("split=deployment&range=6h");
  });

  it.each(["range=2y", "from=5&to=4", "from=a&to=b", "from=0&to=1", "", "from=-5&to=100000000"])("falls back on unusable input %s", (text) => {
    expect(parseRange(params(text))).toEqual({ kind: "live", range: "1h" });
  });

  it("covers what was asked in whole buckets, at most 720", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 * minute, max: 400 * 86_400_000 }), fc.integer({ min: 0, max: 2e12 }), (width, from) => {
        const window = windowOf({ kind: "fixed", from, to: from + width }, 0);
        expect(window.from).toBeLessThanOrEqual(from);
        expect(window.to).toBeGreaterThanOrEqual(from + width);
        expect(window.from % window.stepMs).toBe(0);
        expect((window.to - window.from) / window.stepMs).toBeLessThanOrEqual(720);
        expect(stepOf(width)).toBeGreaterThanOrEqual(minute);
      }),
    );
  });

  it("holds still until the next bucket begins", () => {
    const live = { kind: "live", range: "1h" } as const;
    expect(windowOf(live, 10 * minute + 1)).toEqual(windowOf(live, 11 * minute - 1));
    expect(windowOf(live, 100 * minute).to).toBe(101 * minute);
  });

  it("zooms in either direction and ignores a slip of the mouse", () => {
    expect(zoomOf(10 * minute, 4 * minute, minute)).toEqual({ kind: "fixed", from: 4 * minute, to: 11 * minute });
    expect(zoomOf(4 * minute, 5 * minute, minute)).toBeNull();
  });
});

describe("series", () => {
  it("keeps silence as null and gives every bucket a row", () => {
    const chart = prepareSeries(result([line("p50", [1, null, 3], { percentile: 50 })]), {});
    expect(chart.rows.map((row) => row.values.s0)).toEqual([1, null, 3]);
    expect(chart.rows.map((row) => row.at)).toEqual([600_000, 660_000, 720_000]);
    expect(chart.empty).toBe(false);
    expect(prepareSeries(result([line("p50", [null, null])]), {}).empty).toBe(true);
  });

  it("orders percentiles by size whatever their order on the wire", () => {
    const series = [99, 50, 95, 90].map((percentile) => line(`p${percentile}`, [percentile], { percentile }));
    expect(prepareSeries(result(series), {}).lines.map((one) => one.label)).toEqual(["p50", "p90", "p95", "p99"]);
  });

  it("gives a deployment its own colour, by name or by reference", () => {
    const colors = { blue: 0, green: 4 };
    const chart = prepareSeries(result([line("green", [1]), line("p95", [1], { deployment: "blue", percentile: 95 })]), colors);
    expect(Object.fromEntries(chart.lines.map((one) => [one.label, one.color]))).toEqual({ green: deploymentColor(4), "blue p95": deploymentColor(0) });
  });

  it("tells instances of one deployment apart by dashes, not by colour", () => {
    const chart = prepareSeries(result([line("ins_b", [1], { deployment: "blue" }), line("ins_a", [1], { deployment: "blue" })]), { blue: 2 });
    expect(new Set(chart.lines.map((one) => one.color)).size).toBe(1);
    expect(new Set(chart.lines.map((one) => one.dash)).size).toBe(2);
  });

  it("takes the height of the stack when lines are stacked", () => {
    const wire = result([line("2xx", [5, 1]), line("5xx", [2, null])], "count");
    expect(prepareSeries(wire, {}, { stacked: true }).max).toBe(7);
    expect(prepareSeries(wire, {}).max).toBe(5);
  });

  it("shows totals of wide buckets as a rate and one percentile of a split", () => {
    const wide = { ...result([line("all", [50])], "count"), stepMs: 5 * minute };
    expect(prepareSeries(wide, {}, { perMinute: true }).rows[0]?.values.s0).toBe(10);
    const split = result([50, 95].map((percentile) => line(`2xx p${percentile}`, [percentile], { percentile })));
    expect(prepareSeries(split, {}, { percentile: 95 }).lines.map((one) => [one.label, one.color])).toEqual([["2xx p95", "var(--color-ok)"]]);
  });

  it("finds the value that a line could not show", () => {
    const { rows } = prepareSeries(result([line("x", [null, 4, null, 1, 2])]), {});
    expect(rows.map((_, index) => isLonely(rows, index, "s0"))).toEqual([false, true, false, false, false]);
  });
});

describe("table and CSV", () => {
  it("writes silence as an empty cell and the unit in the header", () => {
    const chart = prepareSeries(result([line("p50", [1.5, null], { percentile: 50 })]), {});
    expect(chartCsv(chart, "ms")).toBe("time,p50 (ms)\r\n1970-01-01T00:10:00.000Z,1.5\r\n1970-01-01T00:11:00.000Z,\r\n");
    expect(tableRows(chart).length).toBe(1);
  });

  it("quotes what needs it and defuses formulas", () => {
    expect(toCsv(["a"], [['x,"y"'], ["=1+1"], [-3]])).toBe('a\r\n"x,""y"""\r\n\'=1+1\r\n-3\r\n');
  });
});
