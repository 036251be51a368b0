import { describe, expect, it } from "vitest";
import { judgeStorable, storableText } from "./storable";

describe("what PostgreSQL can hold", () => {
  it.each([
    ["a text with U+0000", { a: ["\u0000"] }, "a.0"],
    ["half of a surrogate pair", { a: "\ud83d" }, "a"],
    ["a key with U+0000", { "\u0000": 1 }, "(key)"],
  ])("refuses %s and names the field", (_, value, path) => {
    expect(judgeStorable(value)?.fields).toEqual([expect.objectContaining({ path })]);
  });

  it("refuses what is nested without end, and takes the rest", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 5000; depth += 1) deep = [deep];
    expect(judgeStorable(deep)?.code).toBe("input.not_storable");
    expect(judgeStorable({ text: "plain 😀", list: [1, null, { ok: true }] })).toBeNull();
  });

  it("takes from a program's words what cannot be kept, also where a text was cut in two", () => {
    const cut = "refused\u0000: 😀".slice(0, -1);
    expect(judgeStorable(storableText(cut))).toBeNull();
    expect(storableText(cut)).toBe("refused: \ufffd");
  });
});
