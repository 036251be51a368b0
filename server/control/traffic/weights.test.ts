import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightsFor } from "./weights";

const deployments = (states: Record<string, boolean>) => new Map(Object.entries(states).map(([name, ready]) => [name, { ready }]));

describe("weightsFor", () => {
  it("gives what is wished when everything that it names is ready", () => {
    expect(weightsFor({ wish: { blue: 90, green: 10 }, previous: {}, deployments: deployments({ blue: true, green: true }) })).toEqual({
      weights: { blue: 90, green: 10 },
      waitingFor: [],
    });
  });
  it("keeps the last split until a newly wished deployment is ready", () => {
    const outcome = weightsFor({ wish: { blue: 50, green: 50 }, previous: { blue: 100 }, deployments: deployments({ blue: true, green: false }) });
    expect(outcome).toEqual({ weights: { blue: 100 }, waitingFor: ["green"] });
  });
  it("keeps the share of a deployment that lost its last ready instance", () => {
    expect(
      weightsFor({ wish: { blue: 90, green: 10 }, previous: { blue: 90, green: 10 }, deployments: deployments({ blue: true, green: false }) }).weights,
    ).toEqual({ blue: 90, green: 10 });
  });
  it("gives nothing to a deployment that never was ready", () => {
    expect(weightsFor({ wish: { blue: 100 }, previous: {}, deployments: deployments({ blue: false }) })).toEqual({ weights: {}, waitingFor: ["blue"] });
  });
  it("keeps tenths that hold while something newly wished is waited for, and spreads in tenths what such a deployment leaves behind", () => {
    const previous = { blue: 33.3, green: 33.3, red: 33.4 };
    const states = { blue: true, green: true, red: true, white: false };
    const wish = { white: 0.1, blue: 99.9 };
    expect(weightsFor({ wish, previous, deployments: deployments(states) }).weights).toEqual(previous);
    const { blue, green, white } = states;
    expect(weightsFor({ wish, previous, deployments: deployments({ blue, green, white }) }).weights).toEqual({ blue: 50, green: 50 });
    expect(weightsFor({ wish, previous: { blue: 70.1, green: 19.8, red: 10.1 }, deployments: deployments({ blue, green, white }) }).weights).toEqual({
      blue: 78,
      green: 22,
    });
    expect(weightsFor({ wish, previous: { blue: 0.2, green: 66.5, red: 33.3 }, deployments: deployments({ blue, green, white }) }).weights).toEqual({
      blue: 0.3,
      green: 99.7,
    });
  });
  it("never routes to what is unready without a share, and always sums to 0 or 100", () => {
    const names = ["a", "b", "c"] as const;
    const split = fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 })).map(([x, y]) => {
      const [low, high] = x < y ? [x, y] : [y, x];
      return { a: low, b: high - low, c: 100 - high };
    });
    fc.assert(
      fc.property(split, fc.option(split), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (wish, before, ready) => {
        const previous: Record<string, number> = before ?? {};
        const { weights } = weightsFor({ wish, previous, deployments: deployments({ a: ready[0], b: ready[1], c: ready[2] }) });
        const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
        expect([0, 100]).toContain(sum);
        for (const [index, name] of names.entries()) if (ready[index] === false && (previous[name] ?? 0) === 0) expect(weights[name] ?? 0).toBe(0);
      }),
    );
  });
});
