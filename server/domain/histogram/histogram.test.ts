import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTo, bucketCount, bucketOf, fromInts, highestMs, lowestMs, merge, percentile, relativeError, toInts, total, upperEndMs } from "./histogram";

const duration = fc.double({ min: lowestMs, max: highestMs, noNaN: true });
const histogramOf = (values: readonly number[]): number[] => {
  const counts: number[] = [];
  for (const value of values) addTo(counts, value);
  return counts;
};
const histogram = fc.array(fc.nat({ max: 1000 }), { maxLength: bucketCount });

function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(Math.ceil((percent / 100) * sorted.length), 1);
  return sorted[rank - 1] ?? Number.NaN;
}

describe("log histogram", () => {
  it("puts every duration into the bucket whose ends enclose it", () => {
    fc.assert(
      fc.property(duration, (value) => {
        const bucket = bucketOf(value);
        expect(value).toBeLessThanOrEqual(upperEndMs(bucket) * (1 + 1e-8));
        if (bucket > 0) expect(value).toBeGreaterThan(upperEndMs(bucket - 1) * (1 - 1e-8));
      }),
    );
  });

  it("keeps what is out of range in the first and last bucket", () => {
    expect(bucketOf(-1)).toBe(0);
    expect(bucketOf(0)).toBe(0);
    expect(bucketOf(Number.NaN)).toBe(0);
    expect(bucketOf(1e12)).toBe(bucketCount - 1);
    expect(upperEndMs(bucketCount - 1)).toBeCloseTo(highestMs, 3);
  });

  it("merges associatively and commutatively with the empty histogram as zero", () => {
    fc.assert(
      fc.property(histogram, histogram, histogram, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, [])).toEqual(a);
        expect(total(merge(a, b))).toBe(total(a) + total(b));
      }),
    );
  });

  it("gives percentiles of merged parts within the stated relative error of the exact ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(duration, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 50, 90, 95, 99, 100),
        (parts, percent) => {
          const merged = parts.map(histogramOf).reduce<readonly number[]>(merge, []);
          const exact = exactPercentile(parts.flat(), percent);
          const estimate = percentile(merged, percent) ?? Number.NaN;
          expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(relativeError + 1e-6);
        },
      ),
    );
  });

  it("has percentiles that never fall as the percent grows, and none when empty", () => {
    expect(percentile([], 50)).toBeNull();
    expect(percentile([0, 0], 50)).toBeNull();
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), (values) => {
        const counts = histogramOf(values);
        const line = [0, 10, 50, 90, 99, 100].map((percent) => percentile(counts, percent) ?? Number.NaN);
        expect([...line].sort((a, b) => a - b)).toEqual(line);
      }),
    );
  });

  it("survives being stored and read", () => {
    fc.assert(
      fc.property(histogram, (counts) => {
        const back = fromInts(toInts(counts));
        expect(total(back)).toBe(total(counts));
        expect(toInts(back)).toEqual(toInts(counts));
      }),
    );
    expect(fromInts(["x", -1, Number.NaN, 2])).toEqual([0, 0, 0, 2]);
  });
});
