import { describe, expect, it } from "vitest";
import { createDeploymentSchema } from "../../server/contract/deployment";
import { blankDraft, needsRegistering, problemsOf, toBody, type DeploymentDraft } from "./draft";

const uploaded = (scoringScripts: readonly string[] | null) => ({
  content: { rootName: "code", uploads: [] },
  kind: "folder" as const,
  fileCount: 2,
  sizeBytes: 10,
  scoringScripts,
  paths: ["score.py", "util.py"],
});
const facts = { endpoint: "houses", existing: null, taken: ["Blue"], environment: undefined, dependencyProblems: 0, scaffoldProblem: null };
const blank = blankDraft("houses");
const whole: DeploymentDraft = {
  ...blank,
  name: "green",
  model: { ...blank.model, source: "registered", ref: "houses:1" },
  code: { ...blank.code, uploaded: uploaded(["score.py"]) },
  scoringScript: "score.py",
  environment: { ...blank.environment, ref: "sklearn:2" },
  instanceType: "sluice.nano",
};

describe("a deployment's draft", () => {
  it("comes to a request that the server's own schema takes", () => {
    expect(problemsOf(whole, facts)).toEqual({ model: {}, runtime: {}, compute: {}, settings: {} });
    expect(createDeploymentSchema.parse(toBody(whole, "houses"))).toMatchObject({
      model: "houses:1",
      environment: "sklearn:2",
      scoringScript: "score.py",
    });
  });

  it("is told where something is missing, step by step, before anything is made", () => {
    const problems = problemsOf(blank, facts);
    expect(Object.keys(problems.model)).toEqual(["name", "model"]);
    expect(Object.keys(problems.runtime)).toEqual(["code", "environment"]);
    expect(Object.keys(problems.compute)).toEqual(["instanceType"]);
  });

  it("refuses a taken name whatever its case, but lets an existing deployment keep its own", () => {
    expect(problemsOf({ ...whole, name: "blue" }, facts).model["name"]).toMatch(/has a deployment of that name/);
  });

  it("says of a scoring script whether it is absent or lacks a function, and trusts what it cannot see into", () => {
    const script = (scoringScript: string, scripts: readonly string[] | null) =>
      problemsOf({ ...whole, scoringScript, code: { ...whole.code, uploaded: uploaded(scripts) } }, facts).runtime["scoringScript"];
    expect(script("util.py", ["score.py"])).toMatch(/does not define/);
    expect(script("other.py", ["score.py"])).toMatch(/There is no/);
    expect(script("inside/archive.py", null)).toBeUndefined();
  });

  it("leaves out what is made from the model, and names what was edited of it", () => {
    const generated = { ...blank, name: "green", instanceType: "sluice.nano", model: { ...blank.model, source: "registered" as const, ref: "houses:1" } };
    const untouched: DeploymentDraft = { ...generated, generated: { ...blank.generated, use: true, framework: "onnx" } };
    expect(problemsOf(untouched, facts)).toEqual({ model: {}, runtime: {}, compute: {}, settings: {} });
    expect(createDeploymentSchema.parse(toBody(untouched, "houses"))).toMatchObject({
      model: "houses:1",
      code: null,
      environment: null,
      framework: "onnx",
    });
    expect(needsRegistering(untouched)).toBe(false);
    const edited: DeploymentDraft = { ...untouched, generated: { ...untouched.generated, files: [], scoringScript: "score.py" } };
    expect(toBody(edited, "houses")).toMatchObject({ code: "houses-edited-code:VERSION", scoringScript: "score.py" });
    expect(needsRegistering(edited)).toBe(true);
    expect(problemsOf(untouched, { ...facts, scaffoldProblem: "It needs a backend." }).runtime).toEqual({ generated: "It needs a backend." });
  });

  it("keeps everything that an existing deployment has, and says which setting is refused", () => {
    const settings = {
      requestSettings: { requestTimeoutMs: 9000, maxConcurrentRequestsPerInstance: 3, maxQueueWaitMs: 0, keepAlive: true, slowStartSeconds: 30 },
      livenessProbe: { initialDelaySeconds: 1, periodSeconds: 2, timeoutSeconds: 3, successThreshold: 1, failureThreshold: 5 },
      readinessProbe: { initialDelaySeconds: 6, periodSeconds: 7, timeoutSeconds: 8, successThreshold: 2, failureThreshold: 9 },
      modelMountPath: "/var/models",
      appInsightsEnabled: true,
      description: "The cautious one.",
    };
    const changed: DeploymentDraft = { ...whole, ...settings, tags: [{ name: "team", value: "pricing" }] };
    expect(createDeploymentSchema.parse(toBody(changed, "houses"))).toMatchObject({ ...settings, tags: { team: "pricing" } });
    const refused = { ...changed, modelMountPath: "models", readinessProbe: { ...settings.readinessProbe, periodSeconds: 0 } };
    expect(Object.keys(problemsOf(refused, facts).settings)).toEqual(["readinessProbe.periodSeconds", "modelMountPath"]);
  });

  it("knows whether uploads have to be registered first", () => {
    expect(needsRegistering(whole)).toBe(true);
    expect(needsRegistering({ ...whole, code: { ...whole.code, source: "registered", ref: "c:1" } })).toBe(false);
  });
});
