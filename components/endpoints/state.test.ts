import { describe, expect, it } from "vitest";
import { endpointState } from "./state";

type Shown = Parameters<typeof endpointState>[0];

const deployment: Shown["deployments"][number] = {
  id: "dep_1",
  name: "blue",
  color: 0,
  provisioningState: "Succeeded",
  percent: 100,
  instancesReady: 1,
  instancesDesired: 1,
  instanceType: "sluice.nano",
  model: null,
  environment: "env:1",
  grpc: false,
  problem: null,
};
const endpoint: Shown = { provisioningState: "Succeeded", generation: 2, observedGeneration: 2, conditions: [], deployments: [deployment], receipt: null };
const stateOf = (changes: Partial<Shown>) => endpointState({ ...endpoint, ...changes });

describe("an endpoint's shown state", () => {
  it("is ready only when every deployment with traffic can answer", () => {
    expect(stateOf({}).state).toBe("Ready");
    expect(stateOf({ deployments: [{ ...deployment, instancesReady: 0, problem: "Out of memory." }] })).toEqual({
      state: "Degraded",
      sentence: "Out of memory.",
    });
    expect(stateOf({ deployments: [deployment, { ...deployment, name: "green", percent: 0, instancesReady: 0 }] }).state).toBe("Ready");
  });

  it("waits for a deployment that is still being brought up instead of calling it broken", () => {
    expect(stateOf({ deployments: [{ ...deployment, instancesReady: 0, provisioningState: "Creating" }] }).state).toBe("Updating");
  });

  it("says that a newer wish is not in force yet", () => {
    expect(stateOf({ generation: 3 }).state).toBe("Updating");
    expect(stateOf({ provisioningState: "Updating" })).toEqual({ state: "Updating", sentence: "The last change is being put in force." });
  });

  it("does not call an endpoint ready that answers nobody", () => {
    expect(stateOf({ deployments: [] }).word).toBe("No deployment");
    expect(stateOf({ deployments: [{ ...deployment, percent: 0 }] }).word).toBe("No traffic");
  });

  it("tells the reason of a failure and of a refused change", () => {
    const condition = {
      type: "AuthReady",
      status: "False",
      reason: "KeyMissing",
      message: "A key is missing.",
      lastTransitionAt: 0,
      observedGeneration: 2,
    } as const;
    expect(stateOf({ provisioningState: "Failed", conditions: [condition] }).sentence).toBe("A key is missing.");
    const receipt = { state: "refused", routingRevision: 4, acknowledged: 0, gateways: 1, durationMs: null, refusedReason: "Unknown target." } as const;
    expect(stateOf({ receipt })).toEqual({ state: "Degraded", sentence: "Unknown target." });
  });

  it("warns of a certificate that ends, and does not call an endpoint ready whose callers refuse it", () => {
    const told = { type: "CertificatesValid", status: "False", message: "It ends.", lastTransitionAt: 0, observedGeneration: 2 } as const;
    expect(stateOf({ conditions: [{ ...told, reason: "CertificateEndsSoon" }] })).toEqual({ state: "Ready", sentence: "It ends." });
    expect(stateOf({ conditions: [{ ...told, reason: "CertificateEnded" }] })).toEqual({ state: "Degraded", word: "Certificate ended", sentence: "It ends." });
    expect(stateOf({ conditions: [{ ...told, status: "True", reason: "CertificatesValid" }] }).sentence).toBe("");
  });
});
