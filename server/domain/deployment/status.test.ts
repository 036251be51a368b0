import { describe, expect, it } from "vitest";
import { findCondition } from "../condition";
import { deploymentStatus, type DeploymentFacts, type DeploymentStatus } from "./status";

const done = { state: "done", reason: "Done", message: "" } as const;
const fresh: DeploymentStatus = { observedGeneration: 0, provisioningState: "Creating", conditions: [], lastError: null };
const facts = (overrides: Partial<DeploymentFacts> = {}, instances: Partial<DeploymentFacts["instances"]> = {}): DeploymentFacts => ({
  generation: 1,
  deleting: false,
  spec: done,
  image: done,
  model: done,
  ...overrides,
  instances: { wanted: 2, ready: 2, current: 2, outdated: 0, failure: null, blocked: null, ...instances },
});
const failure = { reason: "ScriptError", message: "init() raised", hint: "Look at the log." };

describe("deploymentStatus", () => {
  it("is Succeeded and Ready when every wanted instance is ready on the wished spec", () => {
    const status = deploymentStatus(facts(), fresh, 5);
    expect(status).toMatchObject({ provisioningState: "Succeeded", observedGeneration: 1, lastError: null });
    expect(status.conditions.map((condition) => [condition.type, condition.status])).toEqual([
      ["SpecValid", "True"],
      ["ImageReady", "True"],
      ["ModelStaged", "True"],
      ["InstancesAvailable", "True"],
      ["Progressing", "False"],
      ["Ready", "True"],
    ]);
  });

  it("is Creating at first and Updating after it was settled once", () => {
    expect(deploymentStatus(facts({}, { current: 1, ready: 1 }), fresh, 5).provisioningState).toBe("Creating");
    const settled = deploymentStatus(facts(), fresh, 5);
    expect(deploymentStatus(facts({ generation: 2 }, { current: 0 }), settled, 9).provisioningState).toBe("Updating");
  });

  it("carries the cause of a failure as reason and hint, never in the state", () => {
    const status = deploymentStatus(facts({}, { current: 0, ready: 0, failure }), fresh, 5);
    expect(status).toMatchObject({ provisioningState: "Failed", lastError: "init() raised" });
    for (const type of ["InstancesAvailable", "Ready", "Progressing"])
      expect(findCondition(status.conditions, type)).toMatchObject({ status: "False", ...failure });
  });

  it("stays Succeeded when an instance is lost after everything was ready, and says so in a condition", () => {
    const settled = deploymentStatus(facts(), fresh, 5);
    const lost = deploymentStatus(facts({}, { current: 1, ready: 1, failure }), settled, 9);
    expect(lost.provisioningState).toBe("Succeeded");
    expect(findCondition(lost.conditions, "Ready")).toMatchObject({ status: "False", reason: "ScriptError", lastTransitionAt: 9 });
  });

  it("is not complete while an instance of the version before still runs", () => {
    expect(deploymentStatus(facts({ generation: 2 }, { outdated: 1 }), deploymentStatus(facts(), fresh, 5), 9).provisioningState).toBe("Updating");
  });

  it("stops at the first failed step and leaves later ones waiting", () => {
    const status = deploymentStatus(
      facts({ image: { state: "failed", reason: "BuildFailed", message: "m", hint: "h" }, model: { state: "waiting" } }, { current: 0, ready: 0 }),
      fresh,
      5,
    );
    expect(findCondition(status.conditions, "ModelStaged")).toMatchObject({ status: "Unknown", reason: "Waiting" });
    expect(findCondition(status.conditions, "Ready")).toMatchObject({ reason: "BuildFailed", hint: "h" });
  });
});
