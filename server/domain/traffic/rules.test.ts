import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeDeletion, judgeTraffic, normalTraffic, percentOf, sameTraffic, undoOf, type TrafficTarget } from "./rules";
import { isOnStep, sumOfPercents, type TrafficStep } from "./tenths";

const target = (name: string, over: Partial<TrafficTarget> = {}): TrafficTarget => ({ name, hasReadyInstance: true, deleting: false, ...over });
const blueGreen = [target("Blue"), target("green")];
const judge = (wish: Record<string, number>, now: Record<string, number> = {}, step: TrafficStep = 1, targets = blueGreen) =>
  judgeTraffic(wish, now, targets, step);
const codeOf = (outcome: ReturnType<typeof judgeTraffic>): string => (outcome.ok ? "ok" : outcome.error.code);

describe("a wished split", () => {
  it("is taken in its normal form when it sums to 0 or 100", () => {
    expect(judgeTraffic({ BLUE: 100, green: 0 }, {}, blueGreen, 1)).toEqual({ ok: true, data: { blue: 100 } });
    expect(judgeTraffic({ blue: 0 }, { blue: 100 }, blueGreen, 1)).toEqual({ ok: true, data: {} });
    expect(codeOf(judgeTraffic({ blue: 70, green: 20 }, {}, blueGreen, 1))).toBe("traffic.sum");
  });

  it("is refused for unknown, repeated and broken shares, each with its path", () => {
    const outcome = judgeTraffic({ red: 100, blue: 0, BLUE: 0, green: 0.5 }, {}, blueGreen, 1);
    expect(outcome.ok ? [] : outcome.error.fields.map((field) => field.path)).toEqual(["traffic.red", "traffic.BLUE", "traffic.green"]);
  });

  it("has tenths where the installation allows them, summed without drift", () => {
    const three = [target("blue"), target("green"), target("red")];
    expect(judge({ blue: 33.3, green: 33.3, red: 33.4 }, {}, 0.1, three)).toEqual({ ok: true, data: { blue: 33.3, green: 33.3, red: 33.4 } });
    // What a caller's arithmetic makes of 0.3, written as people write it.
    expect(judge({ blue: 0.1 + 0.2, green: 99.7 }, {}, 0.1)).toEqual({ ok: true, data: { blue: 0.3, green: 99.7 } });
    expect(codeOf(judge({ blue: 33.3, green: 33.3, red: 33.3 }, {}, 0.1, three))).toBe("traffic.sum");
    expect(codeOf(judge({ blue: 12.55, green: 87.45 }, {}, 0.1))).toBe("traffic.invalid");
  });

  it("with a tenth is refused where whole percents are the rule, with the setting that would allow it", () => {
    const outcome = judge({ blue: 87, green: 12.5 }, { blue: 100 });
    expect(outcome.ok ? null : outcome.error).toMatchObject({
      code: "traffic.invalid",
      message: "The split was refused: green cannot get 12.5 %: a share is a whole percent from 0 to 100.",
      fields: [{ path: "traffic.green", remedy: "Give whole percents. An operator can allow tenths: SLUICE_TRAFFIC_STEP=0.1." }],
    });
    expect(judge({ blue: 150, green: 12.55 }).ok).toBe(false);
  });

  it("stays as it is after tenths were disallowed, and changes to whole percents only", () => {
    const now = { blue: 87.5, green: 12.5 };
    expect(codeOf(judge({ Green: 12.5, blue: 87.5 }, now))).toBe("ok");
    expect(codeOf(judge({ blue: 86.5, green: 13.5 }, now))).toBe("traffic.invalid");
    expect(codeOf(judge({ blue: 87, green: 13 }, now))).toBe("ok");
    expect(codeOf(judge({}, now))).toBe("ok");
  });

  it("never grows at a deployment that cannot serve, and always may shrink or stay there", () => {
    const targets = [target("blue", { hasReadyInstance: false }), target("green")];
    expect(codeOf(judgeTraffic({ blue: 10, green: 90 }, { green: 100 }, targets, 1))).toBe("traffic.deployment_not_ready");
    expect(codeOf(judgeTraffic({ blue: 50, green: 50 }, { blue: 50, green: 50 }, targets, 1))).toBe("ok");
    expect(codeOf(judgeTraffic({ blue: 10, green: 90 }, { blue: 50, green: 50 }, targets, 1))).toBe("ok");
    expect(codeOf(judgeTraffic({ green: 100 }, {}, [target("green", { deleting: true })], 1))).toBe("traffic.deployment_not_ready");
  });

  it("whatever is asked: an accepted split sums to 0 or 100, names only known deployments and gives no unready one more", () => {
    const names = ["a", "b", "c", "D", "unknown"];
    const shares = fc.oneof(fc.integer({ min: -10, max: 110 }), fc.constantFrom(0, 50, 100, 0.1, 33.3, 33.4, 49.9, 99.9));
    const wish = fc.dictionary(fc.constantFrom(...names), shares, { maxKeys: 4 });
    const targets = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean())
      .map(([a, b, deleting]) => [target("a", { hasReadyInstance: a }), target("b", { hasReadyInstance: b }), target("c"), target("D", { deleting })]);
    const current = fc.constantFrom({}, { a: 100 }, { a: 50, b: 50 }, { c: 25, d: 75 });
    fc.assert(
      fc.property(wish, current, targets, fc.constantFrom(1 as const, 0.1 as const), (asked, now, all, step) => {
        const outcome = judgeTraffic(asked, now, all, step);
        if (!outcome.ok) return;
        expect([0, 100]).toContain(sumOfPercents(Object.values(outcome.data)));
        expect(Object.values(outcome.data).every((percent) => isOnStep(percent, step))).toBe(true);
        for (const item of all)
          if (item.deleting || !item.hasReadyInstance) expect(percentOf(outcome.data, item.name)).toBeLessThanOrEqual(percentOf(now, item.name));
        expect(Object.keys(outcome.data).every((name) => all.some((item) => item.name.toLowerCase() === name))).toBe(true);
        expect(normalTraffic(outcome.data)).toEqual(outcome.data);
      }),
    );
  });
});

describe("deleting and undoing", () => {
  it("refuses to delete a deployment with traffic, in any case of its name", () => {
    expect(judgeDeletion({ blue: 10, green: 90 }, "BLUE")?.code).toBe("deployment.delete_has_traffic");
    expect(judgeDeletion({ green: 100 }, "blue")).toBeNull();
    expect(judgeDeletion({ green: 100 }, "constructor")).toBeNull();
  });

  it("goes back to the split before, unless a deployment of it is gone", () => {
    expect(undoOf({ before: { blue: 90, green: 10 } }, ["Blue", "Green", "red"])).toEqual({ blue: 90, green: 10 });
    expect(undoOf({ before: { blue: 90, green: 10 } }, ["Green"])).toBeNull();
    expect(sameTraffic({ Blue: 100, green: 0 }, { blue: 100 })).toBe(true);
  });
});
