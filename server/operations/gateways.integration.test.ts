import { afterAll, beforeAll, expect, it } from "vitest";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { listGateways } from "./gateways";

let world: ApiWorld;
beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());

/** Revisions of the same moment; the number of the newest. */
async function publish(count: number): Promise<number> {
  const { store } = world.database;
  let newest = 0;
  for (let at = 0; at < count; at += 1) newest = (await store.routing.insert([], String(at).padStart(64, "0"), "", world.clock.now())).revision;
  return newest;
}

it("tells what each gateway runs, how far it is behind, whether it is heard of, and what it refused", async () => {
  const { store } = world.database;
  const now = world.clock.now();
  const newest = await publish(3);
  for (const name of ["east", "west"]) await store.gateways.upsert(`gw_${name}`, name, `hash of ${name}`);
  await store.gateways.updateHello("gw_east", "3.4.7", "10.0.0.1:8443", now);
  const applied = { gatewayId: "gw_east", outcome: "applied", digest: "a".repeat(64), reason: "" } as const;
  for (const [at, lag] of [40, 90, 20].entries())
    await store.gateways.insertAcknowledgement({ ...applied, revision: newest - 2 + at, appliedAt: now + lag }, now);
  const load = { observedAt: now, instances: { ins_a: 2, ins_b: 1 }, queuedByDeployment: { dep_a: 4 }, limits: {}, shedLogLines: 7 };
  await store.gateways.updateInFlight({ gatewayId: "gw_east", ...load }, now);
  const refused = { gatewayId: "gw_west", revision: newest, outcome: "refused", digest: "", reason: "endpoints.0 is not known here", appliedAt: now } as const;
  await store.gateways.insertAcknowledgement(refused, now - 60_000);

  const { items } = await listGateways(await world.as("reader"));
  const [east, west] = items.filter(({ name }) => name === "east" || name === "west");
  expect(east).toMatchObject({
    ...{ state: "connected", address: "10.0.0.1:8443", proxyVersion: "3.4.7", appliedRevision: newest, newestRevision: newest, refusedReason: null },
    ...{ inFlight: 3, queued: 4, shedLogLines: 7, lag: { p50Ms: 40, p99Ms: 90 } },
  });
  expect(east?.acknowledgements.map(({ revision, lagMs }) => [revision, lagMs])).toEqual([
    [newest, 20],
    [newest - 1, 90],
    [newest - 2, 40],
  ]);
  expect(west).toMatchObject({ state: "stale", address: "", appliedRevision: 0, refusedRevision: newest, refusedReason: refused.reason, lag: null });
  expect(west?.acknowledgements).toMatchObject([{ outcome: "refused", reason: refused.reason }]);
});
