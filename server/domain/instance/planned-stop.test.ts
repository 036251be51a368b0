import { describe, expect, it } from "vitest";
import { stoppedWithProduct } from "./planned-stop";

const stops = [
  { from: 1000, to: 2000 },
  { from: 5000, to: 6000 },
];

describe("an ended container", () => {
  it.each([
    ["during a stop", 1500, 1500],
    ["at its first moment", 1000, 1000],
    ["during a later stop", 5500, 5500],
    ["before any stop", 999, null],
    ["between two stops, so by itself", 3000, null],
    ["after the last one", 6001, null],
  ])("that ended %s", (_, finishedAt, expected) => {
    expect(stoppedWithProduct(stops, finishedAt, 0)).toBe(expected);
  });
});

describe("a container that is gone", () => {
  it("went with the product when nobody saw it alive since, and lived until then at least", () => {
    expect(stoppedWithProduct(stops, null, 900)).toBe(1000);
    expect(stoppedWithProduct(stops, null, 4990)).toBe(5000);
    expect(stoppedWithProduct(stops, null, 5010)).toBe(5010);
  });

  it("went by itself when it was seen after every stop, or when there was none", () => {
    expect(stoppedWithProduct(stops, null, 6001)).toBeNull();
    expect(stoppedWithProduct([], null, 0)).toBeNull();
  });
});
