import { expect, it } from "vitest";
import { limitPresets, noLimits } from "#server/domain/endpoint/limits";
import { choiceOf, draftOf, draftOfPreset, limitsOf, problemsOf, readEdit } from "./draft";

it("fields show limits in units that people type, and read them back unchanged", () => {
  const limits = { ...limitPresets.azure, bandwidthBytesPerSecond: 1_234_567, bodyBytes: 1500, slowCallerMs: 250 };
  expect(draftOf(limits)).toMatchObject({ requestsPerSecond: "500", bandwidthBytesPerSecond: "1.234567", bodyBytes: "1.46484375", uriBytes: "" });
  expect(limitsOf(draftOf(limits))).toEqual(limits);
  expect(limitsOf(draftOf(noLimits))).toEqual(noLimits);
});

it("a wrong field is told with its label and range, an empty one is no limit", () => {
  const draft = { ...draftOf(noLimits), connections: "0", bodyBytes: "much", headerBytes: " " };
  expect(Object.keys(problemsOf(draft))).toEqual(["connections", "bodyBytes"]);
  expect(problemsOf(draft).connections).toBe("Connections with a call is a whole number of 1 to 100,000 connections.");
  expect(problemsOf(draftOfPreset("azure"))).toEqual({});
});

it("the choice follows what stands in the fields", () => {
  expect([choiceOf(draftOfPreset("none")), choiceOf(draftOfPreset("azure")), choiceOf({ ...draftOfPreset("azure"), uriBytes: "900" })]).toEqual([
    "none",
    "azure",
    "own",
  ]);
});

it("an edit that a tab kept is read back, anything else is none", () => {
  const edit = { draft: draftOfPreset("azure"), base: noLimits };
  expect(readEdit(JSON.stringify(edit))).toEqual(edit);
  expect([readEdit(null), readEdit("{"), readEdit('{"draft":{},"base":{}}')]).toEqual([null, null, null]);
});
