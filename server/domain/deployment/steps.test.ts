import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Condition } from "../condition";
import { chooseColor } from "./color";
import { specIdentity } from "./spec-identity";
import { deploymentProblem, deploymentSteps } from "./steps";
import type { DeploymentColor, DeploymentSpec } from "./types";

const condition = (type: string, status: Condition["status"], over: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason: "Because",
  message: `${type} is ${status}`,
  lastTransitionAt: 1000,
  observedGeneration: 1,
  ...over,
});
const states = (conditions: readonly Condition[], generation = 1) => deploymentSteps(conditions, generation, 500).map((step) => step.state);

describe("timeline", () => {
  it("starts with its first step under way before anything was observed", () => {
    expect(states([])).toEqual(["running", "waiting", "waiting", "waiting", "waiting"]);
  });

  it("moves on with conditions and ends with all steps done", () => {
    const spec = condition("SpecValid", "True");
    expect(states([spec, condition("ImageReady", "Unknown")])).toEqual(["done", "running", "waiting", "waiting", "waiting"]);
    const all = ["SpecValid", "ImageReady", "ModelStaged", "InstancesAvailable", "Ready"].map((type) => condition(type, "True"));
    expect(states(all)).toEqual(["done", "done", "done", "done", "done"]);
  });

  it("shows the step that failed with its hint, and that as the problem", () => {
    const steps = deploymentSteps([condition("SpecValid", "True"), condition("ImageReady", "False", { message: "pip failed", hint: "Line 3" })], 1, 500);
    expect(steps[1]).toMatchObject({ state: "failed", detail: "pip failed", hint: "Line 3", log: "image-build", finishedAt: 1000 });
    expect(deploymentProblem(steps)).toBe("pip failed");
  });

  it("does not take what was observed for an older wish for progress of the newest", () => {
    const old = ["SpecValid", "ImageReady", "ModelStaged", "InstancesAvailable", "Ready"].map((type) => condition(type, "True"));
    expect(states(old, 2)).toEqual(["running", "waiting", "waiting", "waiting", "waiting"]);
  });
});

describe("identity of a spec", () => {
  const probe = { initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };
  const spec: DeploymentSpec = {
    description: "", tags: {}, modelVersionId: "m", codeConfiguration: { codeId: "c", scoringScript: "score.py" }, environmentVersionId: "e",
    environmentVariables: { A: "1", B: "2" }, instanceType: "sluice.nano", instanceCount: 1,
    requestSettings: { requestTimeoutMs: 5000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 500 }, livenessProbe: probe, readinessProbe: probe, modelMountPath: null,
  }; // prettier-ignore

  it("ignores what no container is told and the order of variables", () => {
    const same = {
      ...spec,
      description: "x",
      tags: { a: "b" },
      instanceCount: 9,
      environmentVariables: { B: "2", A: "1" },
      readinessProbe: { ...probe, periodSeconds: 1 },
    };
    expect(specIdentity(same)).toBe(specIdentity(spec));
  });

  it("changes with everything else", () => {
    const changes: Partial<DeploymentSpec>[] = [
      { modelVersionId: null }, { codeConfiguration: null }, { environmentVersionId: "f" }, { environmentVariables: {} }, { instanceType: "sluice.micro" },
      { modelMountPath: "/models" }, { requestSettings: { ...spec.requestSettings, requestTimeoutMs: 1 } },
    ]; // prettier-ignore
    const texts = changes.map((change) => specIdentity({ ...spec, ...change }));
    expect(new Set([...texts, specIdentity(spec)]).size).toBe(changes.length + 1);
  });
});

describe("colour", () => {
  it("is one that nobody in the endpoint has, as long as there is one", () => {
    const taken = fc.array(
      fc.integer({ min: 0, max: 7 }).map((value) => value as DeploymentColor),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(taken, (colors) => {
        const chosen = chooseColor(colors);
        if (new Set(colors).size < 8) expect(colors).not.toContain(chosen);
        expect(chosen).toBeGreaterThanOrEqual(0);
        expect(chosen).toBeLessThanOrEqual(7);
      }),
    );
  });
});
