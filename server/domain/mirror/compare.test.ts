import fc from "fast-check";
import { expect, it } from "vitest";
import { answerDifference } from "./compare";

const json = (value: unknown, status = 200) => ({ status, body: JSON.stringify(value) });
const text = (body: string) => ({ status: 200, body });

it.each([
  ["another number", { p: [1, 2.5] }, { p: [1, 2.6] }, "$.p[1]: 2.5 and 2.6"],
  ["a number and its text", { p: 1 }, { p: "1" }, '$.p: 1 and "1"'],
  ["a key that one lacks", { p: 1, q: null }, { p: 1 }, "$.q: null and nothing"],
  ["a key that every object inherits", { constructor: 1 }, {}, "$.constructor: 1 and nothing"],
  ["a list of another length", [1, 2], [1], "$: 2 and 1 items"],
  ["a list and an object", [1], { 0: 1 }, '$: [1] and {"0":1}'],
])("%s is told with its place", (_what, primary, shadow, difference) => {
  expect(answerDifference(json(primary), json(shadow), 1e-6)).toBe(difference);
});

it("the tolerance is relative, and 0 and 0 agree at any", () => {
  expect(answerDifference(json([1_000_000, 0]), json([1_000_000.5, 0]), 1e-6)).toBeNull();
  expect(answerDifference(json([1_000_000]), json([1_000_002]), 1e-6)).toBe("$[0]: 1000000 and 1000002");
  expect(answerDifference(json([1]), json([1.0000001]), 0)).toBe("$[0]: 1 and 1.0000001");
});

it("statuses and bodies that are not JSON are compared as they are", () => {
  expect(answerDifference(json({}), json({}, 201), 0)).toBe("status: 200 and 201");
  expect(answerDifference(text("hello"), text("hello"), 0)).toBeNull();
  expect(answerDifference(text("hello"), text("{}"), 0)).toBe('body: "hello" and "{}"');
});

it("values nested without end are compared as text", () => {
  const nested = (inner: string) => text(`${"[".repeat(100_000)}${inner}${"]".repeat(100_000)}`);
  expect(answerDifference(nested("1"), nested("1"), 0)).toBeNull();
  expect(answerDifference(nested("1"), nested("2"), 0)).toMatch(/^body: /);
});

it("equal values agree however they are written, and each side sees the same difference", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(answerDifference(json(a), { ...json(a), body: JSON.stringify(a, null, 2) }, 0)).toBeNull();
      expect(answerDifference(json(a), json(b), 0) === null).toBe(answerDifference(json(b), json(a), 0) === null);
    }),
  );
});
