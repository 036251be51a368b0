import { afterEach, beforeEach, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(() => world.close());

async function served(): Promise<string> {
  const endpoint = await world.endpoint({ blue: 100 });
  const blue = await world.deployment(endpoint, "blue");
  await world.untilState(blue.id, "Succeeded");
  return endpoint.id;
}

async function weightsOf(id: string): Promise<Readonly<Record<string, number>> | undefined> {
  const newest = await world.store.routing.findNewest();
  return newest?.document.endpoints.find((endpoint) => endpoint.id === id)?.weights;
}

async function told(id: string): Promise<string> {
  const row = await world.store.endpoints.findById(id);
  return findCondition(row?.conditions ?? [], "TrafficProgrammed")?.reason ?? "";
}

it("holds back an endpoint whose routing breaks a rule, alone, says so, and heals when it is changed", async () => {
  const [broken, other] = [await served(), await served()];
  const blue = (await world.store.deployments.listLive()).find((row) => row.endpointId === broken);
  // What no wish can ask for: a limit that is above what gateways take, as a mistake of ours would write it.
  await world.change(blue?.id ?? "", { requestSettings: { requestTimeoutMs: 5000, maxConcurrentRequestsPerInstance: -1, maxQueueWaitMs: 500 } });
  await world.traffic(other, {});
  await world.until("the other's change is published", async () => Object.keys((await weightsOf(other)) ?? { blue: 100 }).length === 0);
  expect(await weightsOf(broken)).toEqual({ blue: 100 });
  expect([await told(broken), await told(other)]).toEqual(["RoutingInvalid", "Programmed"]);
  const events = await world.store.events.list({ workspaceId: world.workspaceId, endpointId: broken, limit: 20 });
  expect(events.map(({ reason }) => reason)).toContain("RoutingInvalid");

  await world.change(blue?.id ?? "", { requestSettings: { requestTimeoutMs: 5000, maxConcurrentRequestsPerInstance: 2, maxQueueWaitMs: 500 } });
  await world.until("it is programmed again", async () => (await told(broken)) === "Programmed");
});
