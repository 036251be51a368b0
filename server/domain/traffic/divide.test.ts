import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allOff, dividerNeighbours, moveDivider, setShare, totalPercent, type DividedShare } from "./divide";

const share = (name: string, percent: number, locked = false): DividedShare => ({ name, percent, locked });
const percents = (shares: readonly DividedShare[]) => shares.map((one) => one.percent);

/** Splits of 100 over 1 to 8 parts with any parts locked. */
const split = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.boolean()), { minLength: 1, maxLength: 8 }).map((parts) => {
  const cuts = parts
    .slice(1)
    .map(([cut]) => cut)
    .sort((one, two) => one - two);
  return parts.map(([, locked], index) => share(`d${index}`, (cuts[index] ?? 100) - (cuts[index - 1] ?? 0), locked));
});

describe("a divider", () => {
  it("moves its two neighbours and nobody else", () => {
    const shares = [share("a", 50), share("b", 30), share("c", 20)];
    expect(percents(moveDivider(shares, 0, -10))).toEqual([40, 40, 20]);
    expect(percents(moveDivider(shares, 1, 50))).toEqual([50, 50, 0]);
  });

  it("reaches over a locked deployment, which keeps its share", () => {
    const shares = [share("a", 50), share("b", 30, true), share("c", 20)];
    expect(percents(moveDivider(shares, 0, 5))).toEqual([55, 30, 15]);
    expect(dividerNeighbours([share("a", 50, true), share("b", 50)], 0)).toBeNull();
  });

  it("keeps the sum, the bounds, the locks and the names whatever is dragged", () => {
    fc.assert(
      fc.property(split, fc.integer({ min: 0, max: 7 }), fc.integer({ min: -200, max: 200 }), (shares, divider, delta) => {
        const after = moveDivider(shares, divider, delta);
        expect(totalPercent(after)).toBe(100);
        expect(after.map((one) => one.name)).toEqual(shares.map((one) => one.name));
        after.forEach((one, index) => {
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
      fc.property(split, fc.integer({ min: 0, max: 7 }), fc.integer({ min: -100, max: 100 }), (shares, divider, delta) => {
        const pair = dividerNeighbours(shares, divider);
        const there = moveDivider(shares, divider, delta);
        const done = pair === null ? 0 : (there[pair.left]?.percent ?? 0) - (shares[pair.left]?.percent ?? 0);
        expect(percents(moveDivider(there, divider, -done))).toEqual(percents(shares));
      }),
    );
  });
});

describe("a typed share", () => {
  it("lets the others share the rest as they did before", () => {
    expect(percents(setShare([share("a", 60), share("b", 30), share("c", 10)], 2, 25))).toEqual([50, 25, 25]);
    expect(percents(setShare([share("a", 100), share("b", 0)], 1, 10))).toEqual([90, 10]);
  });

  it("turns an endpoint that was all off into a full split", () => {
    expect(percents(setShare([share("a", 0), share("b", 0)], 1, 10))).toEqual([90, 10]);
    expect(percents(setShare([share("a", 0)], 0, 10))).toEqual([100]);
  });

  it("takes no more than the locked ones leave", () => {
    expect(percents(setShare([share("a", 70, true), share("b", 20), share("c", 10)], 1, 90))).toEqual([70, 30, 0]);
  });

  it("always sums to 100 and never touches a lock", () => {
    fc.assert(
      fc.property(split, fc.nat({ max: 7 }), fc.integer({ min: -50, max: 250 }), (shares, position, percent) => {
        const index = position % shares.length;
        const after = setShare(shares, index, percent);
        expect(totalPercent(after)).toBe(100);
        after.forEach((one, at) => {
          expect(one.percent).toBeGreaterThanOrEqual(0);
          if (one.locked) expect(one.percent).toBe(shares[at]?.percent);
        });
      }),
    );
  });

  it("is off for everybody only by its own action", () => {
    expect(percents(allOff([share("a", 60, true), share("b", 40)]))).toEqual([0, 0]);
  });
});
