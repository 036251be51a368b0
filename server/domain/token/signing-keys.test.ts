import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planSigningKeys, publishAheadMs, signingPeriodMs, tokenLifetimeMs, type DatedKey } from "./signing-keys";

const start = Date.UTC(2026, 10, 26);
const hourMs = 3_600_000;

describe("signing keys", () => {
  it("are published a day before they sign, and honoured until their last token has expired, however often and late the loop looks", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 20, maxLength: 60 }), (hours) => {
        let keys: DatedKey[] = [];
        let now = start;
        const lastSigned = new Map<string, number>();
        for (const [turn, step] of hours.entries()) {
          now += step * hourMs;
          const before = planSigningKeys(keys, now);
          for (const id of before.remove) {
            expect(id).not.toBe(before.signs);
            expect(now).toBeGreaterThan((lastSigned.get(id) ?? 0) + tokenLifetimeMs);
          }
          keys = keys.filter(({ id }) => !before.remove.includes(id));
          if (before.make) keys.push({ id: `key-${String(turn)}`, createdAt: now });
          const { signs } = planSigningKeys(keys, now);
          const signing = keys.find(({ id }) => id === signs);
          expect(signing).toBeDefined();
          if (signing !== undefined && keys[0] !== signing) expect(now - signing.createdAt).toBeGreaterThanOrEqual(publishAheadMs);
          lastSigned.set(signs ?? "", now);
          expect(keys.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  it("are exchanged once in a period", () => {
    const first = { id: "a", createdAt: start };
    const due = start + signingPeriodMs - publishAheadMs;
    expect(planSigningKeys([], start)).toEqual({ signs: null, make: true, remove: [] });
    expect(planSigningKeys([first], due - 1)).toEqual({ signs: "a", make: false, remove: [] });
    expect(planSigningKeys([first], due)).toEqual({ signs: "a", make: true, remove: [] });
    const second = { id: "b", createdAt: due };
    expect(planSigningKeys([second, first], due + publishAheadMs - 1).signs).toBe("a");
    expect(planSigningKeys([second, first], due + publishAheadMs)).toEqual({ signs: "b", make: false, remove: [] });
    expect(planSigningKeys([second, first], due + publishAheadMs + tokenLifetimeMs + 301_000).remove).toEqual(["a"]);
  });
});
