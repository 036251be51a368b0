import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runArea, runPath, sparkRuns } from "./sparkline";

describe("sparkline", () => {
  it("ends the line at a null and begins a new one after it", () => {
    const runs = sparkRuns([1, 2, null, 4, 4], 40, 10);
    expect(runs.map((run) => run.length)).toEqual([2, 2]);
    expect(runs[1]?.[0]).toEqual({ x: 30, y: 0 });
  });

  it("draws zeros on the base line and nothing for silence", () => {
    expect(sparkRuns([0, 0], 10, 8)[0]?.every((point) => point.y === 8)).toBe(true);
    expect(sparkRuns([null, null], 10, 8)).toEqual([]);
  });

  it("shows a lone point as a dash without an area", () => {
    const run = sparkRuns([null, 3, null], 20, 10)[0] ?? [];
    expect(runPath(run)).toBe("M9.25 0h1.5");
    expect(runArea(run, 10)).toBe("");
  });

  it("keeps every measured value and stays in its box", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })), { maxLength: 90 }), (values) => {
        const points = sparkRuns(values, 100, 20).flat();
        expect(points.length).toBe(values.filter((value) => value !== null).length);
        for (const point of points) {
          expect(point.x).toBeGreaterThanOrEqual(0);
          expect(point.x).toBeLessThanOrEqual(100.001);
          expect(point.y).toBeGreaterThanOrEqual(0);
          expect(point.y).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});
