import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOfUtcDay, utcDay } from "#server/domain/endpoint/client-key";
import { routingKeySchema } from "#server/domain/routing/schema";
import type { ClientKeyRow } from "#server/store/client-keys";
import { compileClientKey } from "./client-keys";

const now = Date.UTC(2026, 10, 26, 12);
const moment = fc.integer({ min: 0, max: 2 * now });
const hash = (letter: string): string => letter.repeat(64);

const rowArbitrary: fc.Arbitrary<ClientKeyRow> = fc.record({
  id: fc.constant("cky_1"),
  endpointId: fc.constant("ep_1"),
  name: fc.constantFrom("a", "team.a_b@example.org"),
  prefix: fc.constant("slk_AbCd"),
  sha256: fc.constant(hash("a")),
  previous: fc.option(moment.map((until) => ({ sha256: hash("b"), until }))),
  mayPin: fc.boolean(),
  expiresAt: fc.option(moment),
  ratePerSecond: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
  dailyQuota: fc.option(fc.integer({ min: 1, max: 20 })),
  createdBy: fc.constant("usr_1"),
  createdAt: fc.constant(0),
  rotatedAt: fc.constant(null),
  revokedAt: fc.constant(null),
  use: fc.option(
    fc.record({ day: fc.constantFrom(utcDay(now) - 1, utcDay(now)), requests: fc.integer({ min: 0, max: 40 }), total: fc.nat(), lastUsedAt: fc.nat() }),
  ),
});

describe("a client key in a routing revision", () => {
  it("is valid, with one entry for each secret, none of which outlives the key's expiry", () => {
    fc.assert(
      fc.property(rowArbitrary, fc.integer({ min: 0, max: 5 }), (row, gateways) => {
        const keys = compileClientKey(row, gateways, now);
        expect(keys.map(({ sha256 }) => sha256)).toEqual(row.previous === null ? [hash("a")] : [hash("a"), hash("b")]);
        for (const key of keys) {
          expect(routingKeySchema.parse(key)).toEqual(key);
          expect(key).toMatchObject({ name: row.name, grant: { id: row.id, mayPin: row.mayPin, dailyQuota: row.dailyQuota } });
          if (row.expiresAt !== null) expect(key.grant?.notAfter ?? Infinity).toBeLessThanOrEqual(row.expiresAt);
        }
        expect(keys[0]?.grant?.notAfter).toBe(row.expiresAt);
      }),
    );
  });

  it("gets no more of its rate from all gateways together than it has, and is never shut out", () => {
    fc.assert(
      fc.property(rowArbitrary, fc.integer({ min: 0, max: 5 }), (row, gateways) => {
        const rate = compileClientKey(row, gateways, now)[0]?.grant?.rate;
        expect(rate?.perSecond ?? null).toBe(row.ratePerSecond);
        if (rate === null || rate === undefined) return;
        expect(rate.here).toBeGreaterThanOrEqual(1);
        expect(rate.here * Math.max(1, gateways)).toBeLessThanOrEqual(Math.max(rate.perSecond, gateways));
      }),
    );
  });

  it("changes with the clock only where a day's quota begins anew", () => {
    fc.assert(
      fc.property(rowArbitrary, fc.integer({ min: 0, max: 12 * 3_600_000 - 1 }), (row, later) => {
        const keys = compileClientKey(row, 1, now);
        expect(compileClientKey(row, 1, now + later)).toEqual(keys);
        const used = row.use?.day === utcDay(now) && row.dailyQuota !== null && row.use.requests >= row.dailyQuota;
        for (const { grant } of keys) expect(grant?.blockedUntil).toBe(used ? endOfUtcDay(now) : null);
        for (const { grant } of compileClientKey(row, 1, endOfUtcDay(now))) expect(grant?.blockedUntil).toBeNull();
      }),
    );
  });
});
