import { expect, it } from "vitest";
import { chooseBuild, newerBuild, type BuildCandidate } from "./build-choice";

const build = (revision: number, state: BuildCandidate["state"]): BuildCandidate => ({ id: `bld_${String(revision)}`, revision, state });

it("a deployment takes the newest image that there is hope for", () => {
  expect(chooseBuild([])).toBeNull();
  expect(chooseBuild([build(1, "Succeeded"), build(2, "Building")])?.revision).toBe(2);
  expect(chooseBuild([build(2, "Failed"), build(1, "Succeeded")])?.revision).toBe(1);
  expect(chooseBuild([build(2, "Canceled"), build(1, "Failed")])?.revision).toBe(2);
});

it("a deployment can be rolled to a newer image only once that is ready", () => {
  const all = [build(1, "Succeeded"), build(2, "Failed"), build(3, "Succeeded"), build(4, "Queued")];
  expect(newerBuild(all, { revision: 1 })?.revision).toBe(3);
  expect(newerBuild(all, { revision: 3 })).toBeNull();
});
