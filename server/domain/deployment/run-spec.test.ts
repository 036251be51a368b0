import { describe, expect, it } from "vitest";
import { containerEnvironment, instanceRunSpec, stagedVolumes, wishHashOf, type StagedCode, type StagedModel } from "./run-spec";
import type { DeploymentSpec } from "./types";

const probe = { initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };
const spec = (over: Partial<DeploymentSpec> = {}): DeploymentSpec => ({
  description: "", tags: {}, modelVersionId: "mdv_1", codeConfiguration: { codeId: "cod_1", scoringScript: "onlinescoring/score.py" }, environmentVersionId: "env_1", environmentVariables: {},
  instanceType: "sluice.nano", instanceCount: 1, requestSettings: { requestTimeoutMs: 3000, maxConcurrentRequestsPerInstance: 1, maxQueueWaitMs: 500, keepAlive: false, slowStartSeconds: 0 }, livenessProbe: probe, readinessProbe: probe,
  modelMountPath: null, appInsightsEnabled: false, ...over,
}); // prettier-ignore
const file = { path: "sklearn.pkl", sha256: "a".repeat(64), sizeBytes: 1 };
const folder: StagedModel = { name: "diabetes", version: 2, rootName: "model", isFile: false, files: [file] };
const code: StagedCode = { rootName: "src", files: [{ ...file, path: "onlinescoring/score.py" }] };

describe("what the platform puts into a container", () => {
  it("keeps the last path component of a registered folder below the model's version", () => {
    expect(stagedVolumes(spec(), folder, code)).toMatchObject([
      {
        mountPath: "/var/azureml-app",
        items: [
          { kind: "code", target: "src" },
          { kind: "model", target: "azureml-models/diabetes/2/model" },
        ],
      },
    ]);
  });
  it("puts a registered file directly into the model's version folder", () => {
    expect(stagedVolumes(spec(), { ...folder, isFile: true }, null)[0]?.items[0]?.target).toBe("azureml-models/diabetes/2");
  });
  it("mounts models on their own when the deployment says where", () => {
    const volumes = stagedVolumes(spec({ modelMountPath: "/models" }), folder, code);
    expect(volumes.map((volume) => [volume.mountPath, volume.items.map((item) => item.target)])).toEqual([
      ["/var/azureml-app", ["src"]],
      ["/models", ["diabetes/2/model"]],
    ]);
    expect(containerEnvironment(spec({ modelMountPath: "/models" }), folder, code)["AZUREML_MODEL_DIR"]).toBe("/models/diabetes/2");
  });
  it("has no volume without model and code", () => {
    expect(stagedVolumes(spec({ modelMountPath: "/models" }), null, null)).toEqual([]);
  });
  it("sets Azure's variables, which the user's cannot change, except for the number of workers", () => {
    const variables = { WORKER_COUNT: "4", AML_APP_ROOT: "/tmp", MINE: "1" };
    expect(containerEnvironment(spec({ environmentVariables: variables }), folder, code)).toEqual({
      WORKER_COUNT: "4", SCORING_TIMEOUT_MS: "3000", MINE: "1", AML_APP_ROOT: "/var/azureml-app/src", AZUREML_ENTRY_SCRIPT: "onlinescoring/score.py", AZUREML_MODEL_DIR: "/var/azureml-app/azureml-models/diabetes/2",
    }); // prettier-ignore
  });
  it("listens where the environment's scoring route says, and is run as the environment says", () => {
    const route = { path: "/v2", port: 8080 };
    const run = instanceRunSpec({
      instanceId: "ins_1", deploymentId: "dep_1", endpointName: "e", deploymentName: "d", slot: 0, specHash: "h", spec: spec(), model: null, code: null, image: "i:1", mounts: [{ volume: "v", target: "/models" }],
      environment: { image: "i:1", condaFile: null, requirements: null, dockerfile: null, contextCodeId: null, buildArgs: {}, condaSolver: "auto", inferenceConfig: { liveness: route, readiness: route, scoring: route, scoringRoutes: [], pathPrefix: null, http2: false }, container: { command: ["serve"], user: "1500", sharedMemoryMib: 96 } }, address: "10.0.0.2", size: { cpuCores: 1, memoryMib: 10, gpuCount: 0 },
    }); // prettier-ignore
    expect(run).toMatchObject({
      port: 8080,
      mounts: [{ volume: "v", subPath: "", target: "/models" }],
      command: ["serve"],
      user: { uid: 1500, gid: 1500 },
      sharedMemoryMib: 96,
    });
  });
  it("makes an instance outdated by a changed spec, by a restart that was asked for and by another image", () => {
    expect(
      new Set([
        wishHashOf({ specHash: "a", restartRequested: 0, imageRevision: 0 }),
        wishHashOf({ specHash: "a", restartRequested: 1, imageRevision: 0 }),
        wishHashOf({ specHash: "a", restartRequested: 0, imageRevision: 1 }),
        wishHashOf({ specHash: "a", restartRequested: 1, imageRevision: 1 }),
        wishHashOf({ specHash: "b", restartRequested: 1, imageRevision: 0 }),
      ]).size,
    ).toBe(5);
    expect(wishHashOf({ specHash: "a", restartRequested: 0, imageRevision: 0 })).toBe("a");
  });
});
