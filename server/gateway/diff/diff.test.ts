import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RoutingRevision } from "#server/domain/routing/types";
import { revisionArbitrary } from "#server/testing/arbitrary-routing";
import { routingEndpoint } from "#server/testing/routing";
import { backendOfEntry, slotKey } from "../ir/entries";
import { emptyProxyState, type ProxyState, type TableName } from "../ir/proxy-state";
import { digestOf } from "../proxy/digest";
import { renderState } from "../render/state";
import { diff, retirements } from "./diff";
import { ModelProxy } from "#server/testing/model-proxy";

const render = (revision: RoutingRevision, previous: ProxyState): ProxyState => renderState(revision, 1_000_000, previous.tables.slots);

/** The deployments that an endpoint's unpinned requests can reach, and whether each of them can take requests. */
function reachable(proxy: ModelProxy, endpoint: string): { readonly backend: string; readonly exists: boolean }[] {
  const { tables, backends } = proxy.state();
  const plan = tables.plan.get(endpoint) ?? "";
  return [...new Set(plan)].map((letter) => {
    const backend = backendOfEntry(tables.slots.get(slotKey(endpoint, letter)) ?? "");
    return { backend, exists: backends.get(backend)?.published === true };
  });
}

describe("the difference between two revisions", () => {
  it("applied to what runs is what is wanted", () => {
    fc.assert(
      fc.property(revisionArbitrary, revisionArbitrary, (a, b) => {
        const before = render(a, emptyProxyState);
        const after = render(b, before);
        const proxy = new ModelProxy(before);
        for (const command of diff(before, after)) proxy.apply(command);
        expect(diff(proxy.state(), after)).toEqual([]);
        expect(digestOf(proxy.state())).toBe(digestOf(after));
        for (const item of retirements(proxy.state(), after)) proxy.retire(item);
        expect(retirements(proxy.state(), after)).toEqual([]);
        expect([...proxy.state().backends.keys()].sort()).toEqual([...after.backends.keys()].sort());
      }),
    );
  });

  it("never leads a request to a deployment that is not there, at any step", () => {
    fc.assert(
      fc.property(revisionArbitrary, revisionArbitrary, (a, b) => {
        const before = render(a, emptyProxyState);
        const after = render(b, before);
        const proxy = new ModelProxy(before);
        for (const command of diff(before, after)) {
          proxy.apply(command);
          for (const endpoint of proxy.state().tables.endpoints.keys()) {
            const targets = reachable(proxy, endpoint);
            expect(targets.every(({ exists }) => exists)).toBe(true);
          }
        }
      }),
    );
  });

  it("changes a split in one step: every moment is the old one or the new one", () => {
    fc.assert(
      fc.property(revisionArbitrary, revisionArbitrary, (a, b) => {
        const before = render(a, emptyProxyState);
        const after = render(b, before);
        const splitOf = (state: ProxyState, endpoint: string): string =>
          Array.from(state.tables.plan.get(endpoint) ?? "", (letter) => backendOfEntry(state.tables.slots.get(slotKey(endpoint, letter)) ?? "")).join();
        const proxy = new ModelProxy(before);
        for (const command of diff(before, after)) {
          proxy.apply(command);
          for (const endpoint of proxy.state().tables.plan.keys()) {
            expect([splitOf(before, endpoint), splitOf(after, endpoint)]).toContain(splitOf(proxy.state(), endpoint));
          }
        }
      }),
    );
  });

  it("is empty between equals, and one command for one weight change", () => {
    fc.assert(
      fc.property(revisionArbitrary, (revision) => {
        const state = render(revision, emptyProxyState);
        expect(diff(state, render(revision, state))).toEqual([]);
      }),
    );
    const weights = (blue: number): RoutingRevision => ({
      revision: 1,
      createdAt: 1,
      endpoints: [routingEndpoint([deployment("blue"), deployment("green")], { blue, green: 100 - blue }, { id: "ep_1", keys: [] })],
    });
    const before = render(weights(90), emptyProxyState);
    const plan = "a".repeat(70) + "b".repeat(30);
    expect(diff(before, render(weights(70), before))).toEqual([{ kind: "set-entry", table: "plan", key: "demo", value: plan }]);
  });

  it("repairs a stranger's entries and a server that was switched off", () => {
    fc.assert(
      fc.property(revisionArbitrary, fc.constantFrom<TableName>("keys", "plan", "endpoints", "slots"), (revision, table) => {
        const wanted = render(revision, emptyProxyState);
        const proxy = new ModelProxy(wanted);
        proxy.apply({ kind: "add-entry", table, key: "stranger", value: "x" });
        for (const [backend, { servers }] of wanted.backends) for (const server of servers.keys()) proxy.apply({ kind: "disable-server", backend, server });
        for (const command of diff(proxy.state(), wanted)) proxy.apply(command);
        expect(diff(proxy.state(), wanted)).toEqual([]);
      }),
    );
  });
});

function deployment(name: string): RoutingRevision["endpoints"][number]["deployments"][number] {
  return {
    id: `dep_${name}`,
    name,
    requestTimeoutMs: 1,
    queueTimeoutMs: 1,
    maxConcurrentRequestsPerInstance: 1,
    maxBodyBytes: 1,
    scoringPath: "/score",
    scoringRoutes: [],
    pathPrefix: null,
    http2: false,
    keepAlive: false,
    slowStartSeconds: 0,
    instances: [],
  };
}
