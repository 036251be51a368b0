import { describe, expect, it } from "vitest";
import { safeCallback, signInSentence } from "./sign-in-sentence";

describe("signing in", () => {
  it("returns only to addresses inside the studio", () => {
    expect(safeCallback("/models?x=1")).toBe("/models?x=1");
    for (const elsewhere of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", undefined])
      expect(safeCallback(elsewhere)).toBe("/endpoints");
  });

  it("tells a limited caller to wait and everybody else nothing about accounts", () => {
    expect(signInSentence("auth.too_many_attempts")).toMatch(/Wait/);
    expect(signInSentence("anything")).toMatch(/failed/);
  });
});
