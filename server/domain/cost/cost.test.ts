import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOfHour, hourMs, hourOf, hoursBetween, perThousand } from "./cost";
import type { InstanceSpan } from "./types";

const origin = Date.UTC(2026, 10, 23, 0, 0, 0);
const now = origin + 72 * hourMs + 1_234_567;

const span: fc.Arbitrary<InstanceSpan> = fc
  .record({
    deploymentId: fc.constantFrom("dep_a", "dep_b"),
    instanceType: fc.constantFrom("sluice.nano", "Standard_DS1_v2"),
    start: fc.integer({ min: 0, max: now - origin }),
    length: fc.option(fc.integer({ min: 0, max: 40 * hourMs }), { nil: null }),
    pricePerHour: fc.double({ min: 0, max: 20, noNaN: true }),
  })
  .map(({ deploymentId, instanceType, start, length, pricePerHour }) => ({
    endpointId: "ep_1",
    deploymentId,
    instanceType,
    pricePerHour,
    startedAt: origin + start,
    stoppedAt: length === null ? null : Math.min(origin + start + length, now),
  }));

describe("cost of instance time", () => {
  it("over all hours equals price times seconds for any instance history", () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (spans) => {
        const lines = hoursBetween(origin, now).flatMap((hour) => costOfHour(hour, spans, [], 0, now));
        const seconds = spans.reduce((sum, one) => sum + ((one.stoppedAt ?? now) - one.startedAt) / 1000, 0);
        const amount = spans.reduce((sum, one) => sum + (one.pricePerHour * ((one.stoppedAt ?? now) - one.startedAt)) / hourMs, 0);
        expect(lines.reduce((sum, line) => sum + line.instanceSeconds, 0)).toBeCloseTo(seconds, 4);
        expect(lines.reduce((sum, line) => sum + line.computeAmount, 0)).toBeCloseTo(amount, 6);
      }),
      { numRuns: 60 },
    );
  });

  it("never counts more than an hour of seconds per instance and hour", () => {
    fc.assert(
      fc.property(span, fc.integer({ min: 0, max: 80 }), (one, index) => {
        const lines = costOfHour(origin + index * hourMs, [one], [], 0, now);
        for (const line of lines) expect(line.instanceSeconds).toBeLessThanOrEqual(3600);
      }),
    );
  });

  it("bills networking as a line of its own", () => {
    const lines = costOfHour(origin, [], [{ endpointId: "ep_1", deploymentId: "dep_a", bytes: 2 * 1024 ** 3, requests: 10 }], 0.05, now);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ instanceType: "", computeAmount: 0, networkAmount: 0.1, requests: 10 });
  });

  it("has no cost per thousand requests without requests", () => {
    expect(perThousand(5, 0)).toBeNull();
    expect(perThousand(5, 2000)).toBe(2.5);
    expect(hourOf(origin + 5)).toBe(origin);
  });
});
