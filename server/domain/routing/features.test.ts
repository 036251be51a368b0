import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { revisionArbitrary } from "#server/testing/arbitrary-routing";
import { clientRoutingKey, routingDeployment, routingEndpoint, routingLimits } from "#server/testing/routing";
import { judgeRequired, requiredFeatures } from "./features";

const plain = routingEndpoint([routingDeployment("blue", [5001])], { blue: 100 });

describe("what a revision requires of gateways", () => {
  it("is nothing where only what always was is used", () => {
    expect(requiredFeatures([plain])).toEqual([]);
    expect(judgeRequired([])).toBeNull();
  });

  it("names each field that is used somewhere, once", () => {
    const limited = { ...plain, limits: routingLimits({ requestsPerSecond: 5 }), keys: [clientRoutingKey("slk_a", "a"), clientRoutingKey("slk_b", "b")] };
    const grpc = routingEndpoint(
      [routingDeployment("blue", [5002], { http2: true, pathPrefix: "/v2", keepAlive: true, slowStartSeconds: 5 })],
      { blue: 100 },
      { pinBy: ["path"], modelErrors: "unchanged", compression: true },
    );
    expect(requiredFeatures([plain, limited, grpc])).toEqual([
      "endpoint.limits",
      "endpoint.pinBy",
      "endpoint.modelErrors",
      "endpoint.compression",
      "key.grant",
      "deployment.pathPrefix",
      "deployment.http2",
      "deployment.keepAlive",
      "deployment.slowStartSeconds",
      "instance.http2",
    ]);
  });

  it("names tenths in a split, which a gateway of an older release takes for broken weights", () => {
    const fine = routingEndpoint([routingDeployment("blue", [5001]), routingDeployment("green", [5002])], { blue: 99.9, green: 0.1 });
    expect(requiredFeatures([plain, fine])).toEqual(["weights.tenths"]);
  });

  it("is known to a gateway of the same release, whatever the revision", () => {
    fc.assert(
      fc.property(revisionArbitrary, ({ endpoints }) => {
        expect(judgeRequired(requiredFeatures(endpoints))).toBeNull();
      }),
    );
  });

  it("that a gateway does not know is refused by name, with what to do", () => {
    expect(judgeRequired(["endpoint.limits", "endpoint.teleport"])).toBe(
      "requires: this gateway's release does not know endpoint.teleport. Bring the gateway to the release of the control plane, or take endpoint.teleport out of use.",
    );
  });
});
