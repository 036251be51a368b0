import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FeedCursor, maxMissing, patienceMs } from "./feed-cursor";

const ids = (...numbers: number[]): bigint[] => numbers.map(BigInt);

describe("a feed cursor", () => {
  it("asks again for what it passed over, until it came", () => {
    const cursor = new FeedCursor(10n, [], 0);
    expect(cursor.advance(ids(11, 14), 0)).toBe(0);
    expect([cursor.newest, cursor.missing]).toEqual([14n, ids(12, 13)]);
    expect(cursor.advance(ids(13, 15), 1)).toBe(1);
    expect([cursor.newest, cursor.missing]).toEqual([15n, ids(12)]);
  });

  it("gives up a number whose writer must have rolled back", () => {
    const cursor = new FeedCursor(0n, [], 0);
    cursor.advance(ids(2), 0);
    cursor.advance([], patienceMs);
    expect(cursor.missing).toEqual(ids(1));
    cursor.advance([], patienceMs + 1);
    expect(cursor.missing).toEqual([]);
  });

  it("knows at its start of writers that were under way", () => {
    expect(new FeedCursor(5n, ids(6, 9), 0).missing).toEqual(ids(7, 8));
  });

  it("waits for a bounded number however far the log jumps", () => {
    const cursor = new FeedCursor(0n, [], 0);
    cursor.advance(ids(1_000_000), 0);
    expect(cursor.missing).toHaveLength(maxMissing);
    cursor.advance(ids(1_000_002), 0);
    expect(cursor.missing).toHaveLength(maxMissing);
    expect(cursor.missing).toContain(1_000_001n);
  });

  it("hands out every number exactly once in whatever order they appear and however reads fall between", () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 40 }, (_, index) => index + 1),
      { minLength: 40, maxLength: 40 },
    );
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }), (appearing, perRound, pageSize) => {
        const cursor = new FeedCursor(0n, [], 0);
        const log = new Set<bigint>();
        const handedOut: bigint[] = [];
        const readAll = () => {
          for (;;) {
            const wanted = [...log].filter((id) => id > cursor.newest || cursor.missing.includes(id)).sort((a, b) => Number(a - b));
            const page = wanted.slice(0, pageSize);
            if (page.length === 0) return;
            handedOut.push(...page);
            cursor.advance(page, 0);
          }
        };
        for (let at = 0; at < appearing.length; at += perRound) {
          for (const id of appearing.slice(at, at + perRound)) log.add(BigInt(id));
          readAll();
        }
        expect([...handedOut].sort((a, b) => Number(a - b))).toEqual(Array.from({ length: 40 }, (_, index) => BigInt(index + 1)));
        expect(cursor.missing).toEqual([]);
      }),
    );
  });
});
