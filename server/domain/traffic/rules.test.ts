import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeDeletion, judgeTraffic, normalTraffic, percentOf, sameTraffic, undoOf, type TrafficTarget } from "./rules";

const target = (name: string, over: Partial<TrafficTarget> = {}): TrafficTarget => ({ name, hasReadyInstance: true, deleting: false, ...over });
const blueGreen = [target("Blue"), target("green")];
const codeOf = (outcome: ReturnType<typeof judgeTraffic>): string => (outcome.ok ? "ok" : outcome.error.code);

describe("a wished split", () => {
  it("is taken in its normal form when it sums to 0 or 100", () => {
    expect(judgeTraffic({ BLUE: 100, green: 0 }, {}, blueGreen)).toEqual({ ok: true, data: { blue: 100 } });
    expect(judgeTraffic({ blue: 0 }, { blue: 100 }, blueGreen)).toEqual({ ok: true, data: {} });
    expect(codeOf(judgeTraffic({ blue: 70, green: 20 }, {}, blueGreen))).toBe("traffic.sum");
  });

  it("is refused for unknown, repeated and broken shares, each with its path", () => {
    const outcome = judgeTraffic({ red: 100, blue: 0, BLUE: 0, green: 0.5 }, {}, blueGreen);
    expect(outcome.ok ? [] : outcome.error.fields.map((field) => field.path)).toEqual(["traffic.red", "traffic.BLUE", "traffic.green"]);
  });

  it("never grows at a deployment that cannot serve, and always may shrink or stay there", () => {
    const targets = [target("blue", { hasReadyInstance: false }), target("green")];
    expect(codeOf(judgeTraffic({ blue: 10, green: 90 }, { green: 100 }, targets))).toBe("traffic.deployment_not_ready");
    expect(codeOf(judgeTraffic({ blue: 50, green: 50 }, { blue: 50, green: 50 }, targets))).toBe("ok");
    expect(codeOf(judgeTraffic({ blue: 10, green: 90 }, { blue: 50, green: 50 }, targets))).toBe("ok");
    expect(codeOf(judgeTraffic({ green: 100 }, {}, [target("green", { deleting: true })]))).toBe("traffic.deployment_not_ready");
  });

  it("whatever is asked: an accepted split sums to 0 or 100, names only known deployments and gives no unready one more", () => {
    const names = ["a", "b", "c", "D", "unknown"];
    const wish = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.integer({ min: -10, max: 110 }), fc.constantFrom(0, 50, 100)), { maxKeys: 4 });
    const targets = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean())
      .map(([a, b, deleting]) => [target("a", { hasReadyInstance: a }), target("b", { hasReadyInstance: b }), target("c"), target("D", { deleting })]);
    const current = fc.constantFrom({}, { a: 100 }, { a: 50, b: 50 }, { c: 25, d: 75 });
    fc.assert(
      fc.property(wish, current, targets, (asked, now, all) => {
        const outcome = judgeTraffic(asked, now, all);
        if (!outcome.ok) return;
        const sum = Object.values(outcome.data).reduce((total, percent) => total + percent, 0);
        expect([0, 100]).toContain(sum);
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
