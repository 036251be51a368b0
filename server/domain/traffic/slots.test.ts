import fc from "fast-check";
import { expect, it } from "vitest";
import { followingSlots, slotsInOrder, type SlotRun } from "./slots";
import { percentOfTenths } from "./tenths";

const names = ["blue", "green", "red", "white"];

/** Shares of the four that sum to 100, in tenths of a percent where asked. */
const weightsArbitrary = (tenths: boolean): fc.Arbitrary<Record<string, number>> =>
  fc.array(fc.integer({ min: 0, max: tenths ? 1000 : 100 }), { minLength: 3, maxLength: 3 }).map((cuts) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), tenths ? 1000 : 100];
    return Object.fromEntries(names.map((name, index) => [name, ((edges[index + 1] ?? 0) - (edges[index] ?? 0)) / (tenths ? 10 : 1)]));
  });
const anyWeights = fc.oneof(weightsArbitrary(false), weightsArbitrary(true));

/** The owner of each of 1000 slots, whatever the split's own number. */
function owners(runs: readonly SlotRun[]): string[] {
  const all = runs.flatMap(({ deployment, count }) => Array.from({ length: count }, () => deployment));
  return all.flatMap((owner) => Array.from({ length: 1000 / all.length }, () => owner));
}
const share = (runs: readonly SlotRun[], name: string): number => owners(runs).filter((owner) => owner === name).length / 10;

it("every deployment has as many slots as its weight says, after any number of changes", () => {
  fc.assert(
    fc.property(fc.array(anyWeights, { minLength: 1, maxLength: 6 }), (splits) => {
      let slots: SlotRun[] = [];
      for (const weights of splits) {
        slots = followingSlots(weights, names, slots);
        for (const name of names) expect(share(slots, name)).toBeCloseTo(weights[name] ?? 0, 6);
      }
    }),
  );
});

it("a change moves only what must move, and nothing when the weights stay", () => {
  fc.assert(
    fc.property(anyWeights, anyWeights, anyWeights, (a, b, c) => {
      const before = followingSlots(b, names, followingSlots(a, names, []));
      const after = followingSlots(c, names, before);
      const [was, is] = [owners(before), owners(after)];
      const moved = was.filter((owner, slot) => owner !== is[slot]).length / 10;
      const grown = names.reduce((sum, name) => sum + Math.max(0, (c[name] ?? 0) - (b[name] ?? 0)), 0);
      expect(moved).toBeCloseTo(grown, 6);
      expect(followingSlots(c, names, after)).toEqual(after);
    }),
  );
});

it("every tenth has exactly its number of slots of the thousand", () => {
  for (let tenths = 1; tenths < 1000; tenths += 1) {
    const runs = slotsInOrder({ blue: percentOfTenths(tenths), green: percentOfTenths(1000 - tenths) }, names);
    const slots = runs.reduce((sum, { count }) => sum + count, 0);
    expect(slots).toBe(tenths % 10 === 0 ? 100 : 1000);
    expect(runs[0]).toEqual({ deployment: "blue", count: (tenths * slots) / 1000 });
  }
  expect(slotsInOrder({ blue: 33.3, green: 33.3, red: 33.4 }, names).map(({ count }) => count)).toEqual([333, 333, 334]);
});

it("a split of whole percents has 100 slots, one with a tenth 1000, and no traffic none", () => {
  expect(slotsInOrder({ blue: 90, green: 10 }, names)).toEqual([
    { deployment: "blue", count: 90 },
    { deployment: "green", count: 10 },
  ]);
  expect(slotsInOrder({ blue: 99.9, green: 0.1 }, names)).toEqual([
    { deployment: "blue", count: 999 },
    { deployment: "green", count: 1 },
  ]);
  expect(followingSlots({}, names, [{ deployment: "blue", count: 100 }])).toEqual([]);
  expect(followingSlots({ green: 100 }, names, [{ deployment: "gone", count: 100 }])).toEqual([{ deployment: "green", count: 100 }]);
});
