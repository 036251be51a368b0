import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyBuildFailure, lineAskingFor } from "./build-failure";

/** Ends of real build logs; addresses of registries are replaced. */
const log = (name: string): readonly string[] =>
  readFileSync(new URL(`fixtures/build-${name}.txt`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
const conda =
  "dependencies:\n  - python=3.11\n  - flask=1.0\n  - pip:\n      - azureml-inference-server-http==1.5.1\n      - sluice_no.such-package-xyz==1.0\n      - tensorflow==2.5.0\n      - numpy==99.0\n";

describe("classifyBuildFailure on real logs", () => {
  it.each([
    ["conflict", "DependencyConflict", /flask excludes another package of the environment \(line 3\)/],
    ["unknown", "PackageNotFound", /No package is called sluice-no-such-package-xyz \(line 6\)/],
    ["version", "PackageNotFound", /There is no version 99\.0 of numpy \(line 8\)/],
    ["python", "PythonIncompatible", /tensorflow has no wheel for this version of Python \(line 7\)/],
    ["compiler", "CompilerMissing", /needs a compiler/],
    ["network", "NetworkUnreachable", /could not be reached/],
    ["invalid", "RequirementInvalid", /cannot be read/],
    ["memory", "BuildOutOfMemory", /more memory/],
    ["disk", "DiskFull", /disk/],
    ["nobase", "BaseImageUnavailable", /registry does not answer/],
    ["bad", "DockerfileInvalid", /unknown instruction: RUM/],
  ])("%s", (name, reason, message) => {
    const failure = classifyBuildFailure(log(name), "the build failed", { condaFile: conda, requirements: null });
    expect(failure.reason).toBe(reason);
    expect(failure.message).toMatch(message);
    expect(failure.hint).not.toBe("");
    expect(failure.lines.length).toBeGreaterThan(0);
    expect(failure.lines.length).toBeLessThanOrEqual(20);
    expect(failure.lines.join("\n")).not.toContain("The command '/bin/sh");
  });

  it("names what there is when no version fits", () => {
    const lines = ["  cause: Because only numpy<=2.5.5 is available and you require numpy==99.0.*, we can conclude that your requirements are unsatisfiable."];
    expect(classifyBuildFailure(lines, "1", { condaFile: conda, requirements: null })).toMatchObject({
      reason: "PackageNotFound",
      message: "There is no version 99.0 of numpy (line 8); there are <=2.5.5.",
    });
  });

  it("names the package that needs a compiler, and its line", () => {
    const lines = ["error: Failed to build `tensorflow==2.5.0`", ...log("compiler")];
    expect(classifyBuildFailure(lines, "1", { condaFile: conda, requirements: null }).message).toMatch(/^tensorflow \(line 7\) has no ready-made wheel/);
  });

  it("knows the driver's own word about time, and says the rest as it is", () => {
    expect(classifyBuildFailure([], "The build took longer than 60 seconds and was stopped.")).toMatchObject({ reason: "BuildTimedOut" });
    expect(classifyBuildFailure(["x"], "returned a non-zero code: 9")).toMatchObject({ reason: "BuildFailed", lines: ["x"] });
    expect(classifyBuildFailure(["Step 1/1 : FROM a"], "pull access denied for a, repository does not exist")).toMatchObject({
      reason: "BaseImageUnavailable",
      message: "The base image a does not exist or may not be read.",
    });
  });

  it("knows the driver's own words about the disk, whatever the step said before", () => {
    const bound = "The build wrote more than the 20 GiB of disk that it may use; it was stopped in step 3, RUN make.";
    expect(classifyBuildFailure(["Step 3/4 : RUN make", bound], bound)).toMatchObject({ reason: "DiskFull", message: bound, lines: [bound] });
    const floor = "The engine's disk has 1.5 GiB left, less than the 2 GiB that builds leave free, so none begins.";
    expect(classifyBuildFailure([floor], floor)).toMatchObject({ reason: "DiskFull", message: floor, lines: [floor] });
  });

  it("answers any log with a failure", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (lines, message) => {
        expect(classifyBuildFailure(lines, message).message).not.toBe("");
      }),
    );
  });
});

describe("lineAskingFor", () => {
  it("finds a package under the name that pip gives it", () => {
    expect(lineAskingFor({ condaFile: "dependencies:\n  - pytorch=2\n", requirements: null }, "torch")).toBe(2);
    expect(lineAskingFor({ condaFile: null, requirements: "# x\nScikit_Learn==1\n" }, "scikit-learn")).toBe(2);
    expect(lineAskingFor({ condaFile: null, requirements: "numpy" }, "scipy")).toBeNull();
  });
});
