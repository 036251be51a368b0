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

  it("lets no step begin before the one before it is done", () => {
    const steps = [condition("SpecValid", "True"), condition("ImageReady", "Unknown"), condition("InstancesAvailable", "Unknown")];
    expect(states(steps)).toEqual(["done", "running", "waiting", "waiting", "waiting"]);
    expect(deploymentSteps(steps, 1, 500)[3]).toMatchObject({ detail: "", startedAt: null, log: null });
  });

  const spans = (conditions: readonly Condition[], wishedAt = 500) =>
    deploymentSteps(conditions, 1, wishedAt).map(({ startedAt, finishedAt }) => [startedAt, finishedAt]);
  const at = (times: Readonly<Record<string, number>>) =>
    Object.entries(times).map(([type, lastTransitionAt]) => condition(type, "True", { lastTransitionAt }));

  it("counts each step from the end of the one before, the first from the wish", () => {
    const done = at({ SpecValid: 510, ImageReady: 41_000, ModelStaged: 43_000, InstancesAvailable: 50_000, Ready: 50_000 });
    expect(spans(done)).toEqual([
      [500, 510],
      [510, 41_000],
      [41_000, 43_000],
      [43_000, 50_000],
      [50_000, 50_000],
    ]);
  });

  it("counts nothing for what held before the wish", () => {
    const done = at({ SpecValid: 510, ImageReady: 41_000, ModelStaged: 43_000, InstancesAvailable: 109_000, Ready: 109_000 });
    expect(spans(done, 100_000).slice(0, 4)).toEqual([
      [100_000, 100_000],
      [100_000, 100_000],
      [100_000, 100_000],
      [100_000, 109_000],
    ]);
  });

  it("keeps the time that it took when an instance is replaced later, and counts that anew", () => {
    const complete = condition("Progressing", "False", { reason: "Complete", lastTransitionAt: 50_000 });
    const before = at({ SpecValid: 510, ImageReady: 41_000, ModelStaged: 43_000 });
    const later = { lastTransitionAt: 9_000_000 };
    expect(spans([...before, condition("InstancesAvailable", "True", later), complete])[3]).toEqual([43_000, 50_000]);
    expect(spans([...before, condition("InstancesAvailable", "Unknown", later), complete])[3]).toEqual([9_000_000, null]);
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
    requestSettings: { requestTimeoutMs: 5000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 500, keepAlive: false, slowStartSeconds: 0 }, livenessProbe: probe, readinessProbe: probe, modelMountPath: null,
    appInsightsEnabled: false,
  }; // prettier-ignore

  it("ignores what no container is told and the order of variables", () => {
    const same = {
      ...spec,
      description: "x",
      tags: { a: "b" },
      instanceCount: 9,
      appInsightsEnabled: true,
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
