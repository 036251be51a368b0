import { describe, expect, it } from "vitest";
import { validateRevision } from "#server/domain/routing/validate";
import { routingDeployment, routingEndpoint, routingKey } from "#server/testing/routing";
import { publishable } from "./publishable";

const blue = routingDeployment("blue", [5001]);
const green = routingDeployment("green", [5002]);
const a = routingEndpoint([blue], { blue: 100 }, { id: "a", name: "alpha" });
const b = routingEndpoint([green], { green: 100 }, { id: "b", name: "beta" });
const broken = { ...a, weights: { blue: 99 } };

describe("publishable", () => {
  it("is every wish when none breaks a rule", () => {
    expect(publishable([a, b], [])).toEqual({ endpoints: [a, b], invalid: new Map() });
  });
  it("takes a change of one endpoint while another is invalid, which stays as it was", () => {
    const changed = { ...b, weights: {} };
    expect(publishable([broken, changed], [a, b])).toEqual({ endpoints: [a, changed], invalid: new Map([["a", "weights sum to 99, not to 0 or 100"]]) });
  });
  it("heals once the wish is mended", () => {
    const between = publishable([broken, b], [a, b])?.endpoints ?? [];
    const mended = { ...a, weights: {} };
    expect(publishable([mended, b], between)).toEqual({ endpoints: [mended, b], invalid: new Map() });
  });
  it("leaves out an invalid endpoint that was never published", () => {
    const result = publishable([broken, b], []);
    expect(result?.endpoints).toEqual([b]);
    expect(result?.invalid.has("a")).toBe(true);
  });
  it("never goes on with a key that was revoked since", () => {
    const kept = { ...a, keys: [routingKey("one"), routingKey("two")] };
    const revoked = { ...broken, keys: [routingKey("two")] };
    expect(publishable([revoked], [kept])?.endpoints[0]?.keys).toEqual([routingKey("two")]);
    const unusable = { ...revoked, keys: [routingKey("two"), { sha256: "clear", name: "x", grant: null }] };
    expect(publishable([unusable], [kept])?.endpoints[0]?.keys).toEqual([routingKey("two")]);
  });
  it("drains and forgets instances of an invalid endpoint as it does of others", () => {
    const two = routingDeployment("blue", [5001, 5003]);
    const [first] = two.instances;
    const wish = { ...a, deployments: [{ ...two, instances: first === undefined ? [] : [{ ...first, mode: "drain" as const }] }], weights: { blue: 99 } };
    const published = publishable([wish], [{ ...a, deployments: [two] }])?.endpoints[0]?.deployments[0]?.instances;
    expect(published).toEqual([{ ...first, mode: "drain" }]);
  });
  it("holds the one that changed responsible where two claim the same address", () => {
    const thief = { ...a, deployments: [{ ...green, id: "other", name: "blue", instances: green.instances.map((one) => ({ ...one, id: "other1" })) }] };
    const result = publishable([thief, b], [a, b]);
    expect([...(result?.invalid.keys() ?? [])]).toEqual(["a"]);
    expect(result?.endpoints[1]).toEqual(b);
    expect(validateRevision({ revision: 1, createdAt: 1, endpoints: result?.endpoints ?? [] }).ok).toBe(true);
  });
});
