import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { totalPercent } from "#server/domain/traffic/divide";
import {
  editTraffic,
  hasConflict,
  isDirty,
  isSameSplit,
  missingDeployment,
  openEditor,
  splitOf,
  startEditor,
  type EditorEvent,
  type SplitSource,
} from "./editor";
import { changeSentence, refusalsOf, splitText, tooFine } from "./review";
import { describeShares } from "./shares";

const source = (traffic: Record<string, number>, generation = 4): SplitSource => ({
  generation,
  traffic,
  deployments: Object.keys(traffic).map((name) => ({ name })),
});
const state = startEditor(source({ blue: 60, green: 30, red: 10 }));

describe("the editor", () => {
  it("follows what is in force until the first edit", () => {
    const next = editTraffic(state, { type: "source", source: source({ blue: 0, green: 90, red: 10 }, 5) });
    expect(splitOf(next.shares)).toEqual({ blue: 0, green: 90, red: 10 });
    expect(next.generation).toBe(5);
  });

  it("keeps an edit when somebody else changes the split, and calls it a conflict", () => {
    const edited = editTraffic(state, { type: "share", index: 0, percent: 50, step: 1 });
    const theirs = source({ blue: 0, green: 90, red: 10 }, 5);
    const next = editTraffic(edited, { type: "source", source: theirs });
    expect(splitOf(next.shares)).toEqual(splitOf(edited.shares));
    expect(next.generation).toBe(4);
    expect(hasConflict(next, theirs)).toBe(true);
    expect(hasConflict(editTraffic(next, { type: "rebase", source: theirs }), theirs)).toBe(false);
    expect(isDirty(editTraffic(next, { type: "discard", source: theirs }))).toBe(false);
  });

  it("opens with an offered share as an edit that is not sent, and ignores one of a deployment that is gone", () => {
    const offered = openEditor(source({ blue: 100, green: 0 }), { deployment: "Green", share: "10" });
    expect([splitOf(offered.shares), isDirty(offered)]).toEqual([{ blue: 90, green: 10 }, true]);
    for (const offer of [{ deployment: "gone", share: "10" }, { deployment: "green", share: "1000" }, { deployment: "green", share: "x" }, null])
      expect(isDirty(openEditor(source({ blue: 100, green: 0 }), offer))).toBe(false);
  });

  it("takes a generation that rose without touching the split", () => {
    const edited = editTraffic(state, { type: "share", index: 0, percent: 50, step: 1 });
    const same = source({ blue: 60, green: 30, red: 10 }, 9);
    const next = editTraffic(edited, { type: "source", source: same });
    expect(next.generation).toBe(9);
    expect(hasConflict(next, same)).toBe(false);
  });

  it("gives the others back what they had when a share slides to 100 and returns", () => {
    const there = editTraffic(state, { type: "share", index: 0, percent: 100, step: 1 });
    expect(splitOf(editTraffic(there, { type: "share", index: 0, percent: 60, step: 1 }).shares)).toEqual({ blue: 60, green: 30, red: 10 });
  });

  it("sums to 100 after any edits, or to 0 after all off", () => {
    const step = fc.constantFrom(1 as const, 0.1 as const);
    const event: fc.Arbitrary<EditorEvent> = fc.oneof(
      fc.record({ type: fc.constant("share" as const), index: fc.nat(2), percent: fc.double({ min: -5, max: 120, noNaN: true }), step }),
      fc.record({
        type: fc.constant("divider" as const),
        divider: fc.nat(1),
        delta: fc.double({ min: -100, max: 100, noNaN: true }),
        from: fc.constant([]),
        step,
      }),
      fc.record({ type: fc.constant("lock" as const), index: fc.nat(2) }),
      fc.constant({ type: "off" as const }),
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const end = events.reduce((before, one) => editTraffic(before, one.type === "divider" ? { ...one, from: before.shares } : one), state);
        expect([0, 100]).toContain(totalPercent(end.shares));
      }),
    );
  });

  it("names the deployment that is gone", () => {
    expect(missingDeployment({ blue: 50, old: 50 }, source({ blue: 100 }))).toBe("old");
    expect(missingDeployment({ blue: 100, old: 0 }, source({ blue: 100 }))).toBeNull();
    expect(isSameSplit({ blue: 100 }, { blue: 100, old: 0 })).toBe(true);
  });
});

describe("the review", () => {
  it("says the change as a sentence with what it means in requests", () => {
    expect(changeSentence({ blue: 90, green: 10 }, { blue: 75, green: 25 }, 42)).toBe(
      "green 10 % → 25 %, about 11 requests a minute; blue 90 % → 75 %, about 32 requests a minute.",
    );
    expect(changeSentence({ blue: 90, green: 10 }, { blue: 75, green: 25 }, null)).toBe("green 10 % → 25 %; blue 90 % → 75 %.");
    expect(changeSentence({ blue: 100 }, { blue: 0 }, null)).toContain("answered with 404");
    expect(changeSentence({ blue: 100 }, { blue: 100 }, 1)).toBe("Nothing changes.");
  });

  it("refuses a raised share without a ready instance, with its reason, and lets one be lowered", () => {
    const deployments = [
      { name: "blue", instancesReady: 1, problem: null },
      { name: "green", instancesReady: 0, problem: "The image does not build." },
    ];
    expect(refusalsOf({ blue: 100, green: 0 }, { blue: 90, green: 10 }, deployments)).toEqual([{ deployment: "green", reason: "The image does not build." }]);
    expect(refusalsOf({ blue: 50, green: 50 }, { blue: 75, green: 25 }, deployments)).toEqual([]);
  });

  it("names the share that is finer than the installation allows", () => {
    expect(tooFine({ blue: 87.5, green: 12.5 }, 1)).toBe("blue 87.5");
    expect(tooFine({ blue: 87.5, green: 12.5 }, 0.1)).toBeNull();
    expect(tooFine({ blue: 90, green: 10 }, 1)).toBeNull();
  });

  it("describes a split in words", () => {
    expect(splitText({ blue: 90, green: 10, red: 0 })).toBe("blue 90, green 10");
    expect(splitText({ blue: 99.9, green: 0.1 })).toBe("blue 99.9, green 0.1");
    expect(splitText({})).toBe("all off");
    expect(describeShares([{ name: "blue", color: 0, percent: 99.9 }])).toBe("Traffic wished: blue 99.9 %.");
    expect(
      describeShares(
        [
          { name: "blue", color: 0, percent: 90 },
          { name: "green", color: 1, percent: 10 },
        ],
        { blue: 89.7, green: 10.3 },
      ),
    ).toBe("Traffic wished: blue 90 %, green 10 %. Observed: blue 89.7 %, green 10.3 %.");
  });
});
