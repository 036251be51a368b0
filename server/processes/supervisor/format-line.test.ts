import { expect, it } from "vitest";
import { formatLine } from "./format-line";

const noon = new Date(2026, 0, 1, 12, 0, 1);

it("shows level, message and cause of a JSON line", () => {
  expect(formatLine("studio", '{"level":50,"msg":"could not save","err":{"message":"disk full"}}', noon)).toBe(
    "12:00:01 studio         ERROR could not save: disk full",
  );
});

it("passes other text through and drops empty lines", () => {
  expect(formatLine("studio", " ready ", noon)).toBe("12:00:01 studio         ready");
  expect(formatLine("studio", "{not json", noon)).toBe("12:00:01 studio         {not json");
  expect(formatLine("studio", "   ", noon)).toBeNull();
});
