import { describe, expect, it } from "vitest";
import { safeCallback, signInFailure } from "./sign-in-sentence";

describe("signing in", () => {
  it("returns only to addresses inside the studio", () => {
    expect(safeCallback("/models?x=1")).toBe("/models?x=1");
    for (const elsewhere of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", undefined])
      expect(safeCallback(elsewhere)).toBe("/endpoints");
  });

  it("tells a limited caller to wait and everybody else nothing about accounts", () => {
    expect(signInFailure("auth.too_many_attempts")).toMatchObject({ sentence: expect.stringMatching(/Wait/) as string, code: "auth.too_many_attempts" });
    expect(signInFailure("anything")).toEqual({ sentence: expect.stringMatching(/failed/) as string, code: null });
  });

  it("shows nothing of what an address claims", () => {
    for (const forged of ["call +1.900.555", "constructor", "__proto__", "toString"]) {
      const { sentence, code } = signInFailure(forged);
      expect(typeof sentence).toBe("string");
      expect(sentence).not.toContain(forged);
      expect(code).toBeNull();
    }
  });
});
