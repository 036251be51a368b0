import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EjectionBook } from "./book";

const pair = { serving: ["a", "b"], roomy: true };
const good = (instanceId: string, at: number, modelMs = 5) => ({ instanceId, at, failed: false, modelMs });
const bad = (instanceId: string, at: number) => ({ instanceId, at, failed: true, modelMs: -1 });

/** Number of failures of `a` until it is ejected while `b` answers well in between; Infinity when it is not within 50. */
function failuresToEjection(book: EjectionBook, at: number): number {
  for (let failures = 1; failures <= 50; failures += 1) {
    book.take(good("b", at), pair);
    if (book.take(bad("a", at), pair)) return failures;
  }
  return Infinity;
}

describe("an instance", () => {
  it("is ejected by the fifth failure in a row while its peer answers well", () => {
    expect(failuresToEjection(new EjectionBook(), 1000)).toBe(5);
  });

  it("is not ejected by failures that good answers interrupt", () => {
    const book = new EjectionBook();
    for (let round = 0; round < 100; round += 1) {
      book.take(good("b", round), pair);
      expect(book.take(round % 4 === 3 ? good("a", round) : bad("a", round), pair)).toBe(false);
    }
  });

  it("stays while its peer fails as well, or was not heard of lately", () => {
    const book = new EjectionBook();
    for (let round = 0; round < 100; round += 1) for (const id of ["a", "b"]) expect(book.take(bad(id, round), pair)).toBe(false);
    const quiet = new EjectionBook();
    quiet.take(good("b", 0), pair);
    for (let round = 0; round < 10; round += 1) expect(quiet.take(bad("a", 60_000 + round), pair)).toBe(false);
  });

  it("is tried again after 3 s, by two failures for twice as long, and is forgiven after ten good answers", () => {
    const book = new EjectionBook();
    failuresToEjection(book, 1000);
    expect(book.release(3999, [pair.serving])).toEqual([]);
    expect(book.release(4000, [pair.serving])).toEqual(["a"]);
    expect(failuresToEjection(book, 5000)).toBe(2);
    expect(book.release(10_999, [pair.serving])).toEqual([]);
    expect(book.release(11_000, [pair.serving])).toEqual(["a"]);
    for (let round = 0; round < 10; round += 1) book.take(good("a", 12_000), pair);
    expect(failuresToEjection(book, 13_000)).toBe(5);
  });

  it("that is slow among quick ones is ejected while there is room for its share, and not otherwise", () => {
    const slowRun = (roomy: boolean) => {
      const book = new EjectionBook();
      let out = false;
      for (let round = 0; round < 30; round += 1) {
        for (const id of ["a", "b"]) book.take(good(id, round), { ...pair, roomy });
      }
      for (let round = 0; round < 6; round += 1) out = book.take(good("a", 40 + round, 100), { ...pair, roomy }) || out;
      return out;
    };
    expect([slowRun(true), slowRun(false)]).toEqual([true, false]);
  });

  it("comes back at once when too few others are left", () => {
    const book = new EjectionBook();
    failuresToEjection(book, 1000);
    expect(book.release(1001, [["a"]])).toEqual(["a"]);
  });
});

it("never are more than half of a deployment's instances out", () => {
  const answers = fc.array(fc.record({ instance: fc.nat({ max: 4 }), failed: fc.boolean(), stepMs: fc.nat({ max: 500 }) }), { maxLength: 300 });
  fc.assert(
    fc.property(answers, fc.integer({ min: 1, max: 5 }), (list, count) => {
      const book = new EjectionBook();
      const serving = Array.from({ length: count }, (_, index) => `ins_${String(index)}`);
      let at = 0;
      for (const { instance, failed, stepMs } of list) {
        at += stepMs;
        book.take({ instanceId: `ins_${String(instance % count)}`, at, failed, modelMs: failed ? -1 : 5 }, { serving, roomy: true });
        book.release(at, [serving]);
        expect(serving.filter(book.isEjected).length).toBeLessThanOrEqual(count / 2);
      }
    }),
  );
});
