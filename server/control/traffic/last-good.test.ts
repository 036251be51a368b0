import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { validateRevision } from "#server/domain/routing/validate";
import { routingDeployment, routingEndpoint, routingKey } from "#server/testing/routing";
import { holdBackInvalid } from "./last-good";

const compiled = (documents: readonly RoutingEndpoint[]) => documents.map((document) => ({ document, waitingFor: [] }));

/** An endpoint with one deployment and one instance at that port. */
function endpoint(name: string, port: number, overrides: Partial<RoutingEndpoint> = {}): RoutingEndpoint {
  const deployment = routingDeployment("blue", [port], { id: `dep_${name}` });
  return routingEndpoint([deployment], { blue: 100 }, { id: `ep_${name}`, name, ...overrides });
}

function published(wished: readonly RoutingEndpoint[], previous: readonly RoutingEndpoint[]) {
  const held = holdBackInvalid(compiled(wished), previous);
  if (!held.ok) throw new Error(JSON.stringify(held.refusals));
  return held.value;
}

describe("holdBackInvalid", () => {
  it("publishes what is wished when every endpoint keeps the rules", () => {
    const wished = [endpoint("alpha", 1), endpoint("bravo", 2)];
    expect(published(wished, [])).toEqual({ endpoints: wished, invalid: new Map() });
  });

  it("keeps one that breaks a rule as it was, and gives the others what they wish", () => {
    const previous = [endpoint("alpha", 1), endpoint("bravo", 2)];
    const other = endpoint("bravo", 2, { keys: [routingKey("new")] });
    const { endpoints, invalid } = published([endpoint("alpha", 1, { weights: { blue: 50 } }), other], previous);
    expect(endpoints).toEqual([previous[0], other]);
    expect([...invalid]).toEqual([["ep_alpha", "weights sum to 50, not to 0 or 100"]]);
  });

  it("keeps of the last routing neither who might call nor where instances were", () => {
    const previous = [endpoint("alpha", 1, { keys: [routingKey("revoked")] })];
    const [kept] = published([endpoint("alpha", 7, { keys: [routingKey("current")], weights: { blue: 50 } })], previous).endpoints;
    expect(kept).toMatchObject({ weights: { blue: 100 }, keys: [routingKey("current")], deployments: [{ instances: [{ port: 7 }] }] });
  });

  it("leaves out one that never was in force, and takes the model away from one whose address another has", () => {
    const [a, b] = [endpoint("alpha", 1), endpoint("bravo", 2)];
    const fresh = published([a, endpoint("cedar", 3, { weights: { grey: 100 } })], [a]);
    expect(fresh.endpoints).toEqual([a]);
    expect([...fresh.invalid.keys()]).toEqual(["ep_cedar"]);
    const twice = published([a, endpoint("bravo", 1)], [a, b]);
    expect(twice.endpoints.map(({ deployments }) => deployments[0]?.instances.length)).toEqual([1, 0]);
  });

  it("always gives what gateways accept, with every endpoint that is right by itself and alone with its names and addresses", () => {
    const arbitrary = fc.record({
      name: fc.constantFrom("alpha", "bravo", "cedar", "delta"),
      port: fc.integer({ min: 1, max: 5 }),
      weight: fc.constantFrom(0, 50, 100),
    });
    const revision = fc.array(arbitrary, { maxLength: 5 });
    fc.assert(
      fc.property(revision, revision, (wished, before) => {
        const documents = (rows: typeof wished, tag: string) =>
          rows.map(({ name, port, weight }, at) => endpoint(name, port, { id: `ep_${tag}${String(at)}`, weights: { blue: weight } }));
        const judged = validateRevision({ revision: 0, createdAt: 0, endpoints: documents(before, "") });
        const now = documents(wished, "");
        const { endpoints, invalid } = published(now, judged.ok ? judged.data.endpoints : []);
        expect(validateRevision({ revision: 0, createdAt: 0, endpoints }).ok).toBe(true);
        for (const one of now) if (!invalid.has(one.id)) expect(endpoints).toContainEqual(one);
        const alone = wished.filter(
          (row, at) => row.weight !== 50 && wished.every((other, place) => place === at || (other.name !== row.name && other.port !== row.port)),
        );
        if (!judged.ok) expect(endpoints.length).toBeGreaterThanOrEqual(alone.length);
      }),
    );
  });
});
