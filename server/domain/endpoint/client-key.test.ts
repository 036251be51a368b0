import { describe, expect, it } from "vitest";
import { clientKeyNamePattern, clientKeyState, endOfUtcDay, quotaBlockedUntil, shareOfRate, usedToday, utcDay, type ClientKeyUse } from "./client-key";

const noon = Date.UTC(2026, 10, 26, 12);
const use = (requests: number, at = noon): ClientKeyUse => ({ day: utcDay(at), requests, total: requests, lastUsedAt: at });
const rules = { mayPin: true, expiresAt: null, ratePerSecond: null, dailyQuota: 100, revokedAt: null };

describe("a client key's quota", () => {
  it("blocks until midnight of UTC when the day's calls reached it, and no longer", () => {
    expect(quotaBlockedUntil(rules, use(99), noon)).toBeNull();
    expect(quotaBlockedUntil(rules, use(100), noon)).toBe(Date.UTC(2026, 10, 27));
    expect(quotaBlockedUntil(rules, use(100), endOfUtcDay(noon))).toBeNull();
    expect(quotaBlockedUntil({ dailyQuota: null }, use(1e9), noon)).toBeNull();
    expect(quotaBlockedUntil(rules, null, noon)).toBeNull();
  });

  it("counts the present day only", () => {
    expect([usedToday(use(7), noon), usedToday(use(7), noon + 24 * 3_600_000), usedToday(null, noon)]).toEqual([7, 0, 0]);
  });
});

it("a key's state says the first thing that keeps it from being used", () => {
  expect(clientKeyState(rules, null, noon)).toBe("active");
  expect(clientKeyState(rules, use(100), noon)).toBe("quota_reached");
  expect(clientKeyState({ ...rules, expiresAt: noon }, use(100), noon)).toBe("expired");
  expect(clientKeyState({ ...rules, expiresAt: noon + 1 }, null, noon)).toBe("active");
  expect(clientKeyState({ ...rules, expiresAt: noon, revokedAt: noon }, null, noon)).toBe("revoked");
});

it("a rate is divided by the gateways that live, and never down to nothing", () => {
  expect([shareOfRate(10, 0), shareOfRate(10, 1), shareOfRate(10, 3), shareOfRate(1, 2)]).toEqual([10, 10, 3, 1]);
});

it.each(["a", "batch-jobs", "team.a_b@example.org", "0"])("%s is a name", (name) => {
  expect(name).toMatch(clientKeyNamePattern);
});

it.each(["", "-a", "a-", "A", "a b", "a:b", "a|b", "a;b", "a/b", "a\n", "x".repeat(65)])("%j is no name", (name) => {
  expect(name).not.toMatch(clientKeyNamePattern);
});
