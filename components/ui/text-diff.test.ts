import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "./text-diff";

const side = (kind: "added" | "removed", lines: ReturnType<typeof diffLines>) =>
  lines
    .filter((line) => line.kind === "same" || line.kind === kind)
    .map((line) => line.text)
    .join("\n");

describe("a difference by lines", () => {
  it("holds both texts whole, whatever they are", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        expect(side("removed", lines)).toBe(before);
        expect(side("added", lines)).toBe(after);
      }),
    );
  });

  it("changes nothing between equal texts and shows one changed line as one removed and one added", () => {
    expect(diffLines("a\nb", "a\nb").every((line) => line.kind === "same")).toBe(true);
    expect(diffLines("a\ncount: 1\nz", "a\ncount: 2\nz").map((line) => line.kind)).toEqual(["same", "removed", "added", "same"]);
  });
});
