import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allOff, dividerNeighbours, moveDivider, setShare, totalPercent, type DividedShare } from "./divide";
import { isOnStep, percentOfTenths, unitOf, type TrafficStep } from "./tenths";

const share = (name: string, percent: number, locked = false): DividedShare => ({ name, percent, locked });
const percents = (shares: readonly DividedShare[]) => shares.map((one) => one.percent);

/** Splits of 100 in steps over 1 to 8 parts with any parts locked. */
const splitIn = (step: TrafficStep) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 / unitOf(step) }), fc.boolean()), { minLength: 1, maxLength: 8 }).map((parts) => {
    const cuts = parts
      .slice(1)
      .map(([cut]) => cut * unitOf(step))
      .sort((one, two) => one - two);
    return parts.map(([, locked], index) => share(`d${index}`, percentOfTenths((cuts[index] ?? 1000) - (cuts[index - 1] ?? 0)), locked));
  });
const anySplit = fc.constantFrom<TrafficStep>(1, 0.1).chain((step) => fc.tuple(fc.constant(step), splitIn(step)));
/** What a pointer or a person's typing may ask for: any number. */
const anyPercent = fc.double({ min: -200, max: 250, noNaN: true });

describe("a divider", () => {
  it("moves its two neighbours and nobody else", () => {
    const shares = [share("a", 50), share("b", 30), share("c", 20)];
    expect(percents(moveDivider(shares, 0, -10, 1))).toEqual([40, 40, 20]);
    expect(percents(moveDivider(shares, 1, 50, 1))).toEqual([50, 50, 0]);
  });

  it("reaches over a locked deployment, which keeps its share", () => {
    const shares = [share("a", 50), share("b", 30, true), share("c", 20)];
    expect(percents(moveDivider(shares, 0, 5, 1))).toEqual([55, 30, 15]);
    expect(dividerNeighbours([share("a", 50, true), share("b", 50)], 0)).toBeNull();
  });

  it("keeps the sum, the bounds, the locks and the names whatever is dragged", () => {
    fc.assert(
      fc.property(anySplit, fc.integer({ min: 0, max: 7 }), anyPercent, ([step, shares], divider, delta) => {
        const after = moveDivider(shares, divider, delta, step);
        expect(totalPercent(after)).toBe(100);
        expect(after.map((one) => one.name)).toEqual(shares.map((one) => one.name));
        after.forEach((one, index) => {
          expect(isOnStep(one.percent, step)).toBe(true);
          expect(one.percent).toBeGreaterThanOrEqual(0);
          expect(one.percent).toBeLessThanOrEqual(100);
          if (one.locked) expect(one.percent).toBe(shares[index]?.percent);
        });
        expect(after.filter((one, index) => one.percent !== shares[index]?.percent).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("comes back when it is dragged back", () => {
    fc.assert(
      fc.property(anySplit, fc.integer({ min: 0, max: 7 }), anyPercent, ([step, shares], divider, delta) => {
        const pair = dividerNeighbours(shares, divider);
        const there = moveDivider(shares, divider, delta, step);
        const done = pair === null ? 0 : (there[pair.left]?.percent ?? 0) - (shares[pair.left]?.percent ?? 0);
        expect(percents(moveDivider(there, divider, -done, step))).toEqual(percents(shares));
      }),
    );
  });
});

describe("a typed share", () => {
  it("lets the others share the rest as they did before", () => {
    expect(percents(setShare([share("a", 60), share("b", 30), share("c", 10)], 2, 25, 1))).toEqual([50, 25, 25]);
    expect(percents(setShare([share("a", 100), share("b", 0)], 1, 10, 1))).toEqual([90, 10]);
  });

  it("turns an endpoint that was all off into a full split", () => {
    expect(percents(setShare([share("a", 0), share("b", 0)], 1, 10, 1))).toEqual([90, 10]);
    expect(percents(setShare([share("a", 0)], 0, 10, 1))).toEqual([100]);
  });

  it("takes no more than the locked ones leave", () => {
    expect(percents(setShare([share("a", 70, true), share("b", 20), share("c", 10)], 1, 90, 1))).toEqual([70, 30, 0]);
  });

  it("always sums to 100 and never touches a lock", () => {
    fc.assert(
      fc.property(anySplit, fc.nat({ max: 7 }), anyPercent, ([step, shares], position, percent) => {
        const index = position % shares.length;
        const after = setShare(shares, index, percent, step);
        expect(totalPercent(after)).toBe(100);
        after.forEach((one, at) => {
          expect(isOnStep(one.percent, step)).toBe(true);
          expect(one.percent).toBeGreaterThanOrEqual(0);
          if (one.locked) expect(one.percent).toBe(shares[at]?.percent);
        });
      }),
    );
  });

  it("takes tenths where they are allowed, without drift, and gives whole percents again where they are not", () => {
    expect(percents(setShare([share("a", 33.3), share("b", 33.3), share("c", 33.4)], 2, 0.1, 0.1))).toEqual([50, 49.9, 0.1]);
    expect(percents(moveDivider([share("a", 33.3), share("b", 66.7)], 0, 0.1, 0.1))).toEqual([33.4, 66.6]);
    expect(percents(moveDivider([share("a", 12.5), share("b", 87.5)], 0, 1, 1))).toEqual([14, 86]);
    expect(percents(setShare([share("a", 12.5), share("b", 33.3), share("c", 54.2)], 0, 12.5, 1))).toEqual([13, 33, 54]);
  });

  it("leaves a locked tenth alone although only whole percents are allowed", () => {
    expect(percents(setShare([share("a", 12.5, true), share("b", 50), share("c", 37.5)], 2, 20, 1))).toEqual([12.5, 67.5, 20]);
  });

  it("is off for everybody only by its own action", () => {
    expect(percents(allOff([share("a", 60, true), share("b", 40)]))).toEqual([0, 0]);
  });
});
