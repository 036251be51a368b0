import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const weights = async () => (await world.store.routing.findNewest())?.document.endpoints[0]?.weights;

describe("a deployment", () => {
  it("comes from wish to ready, with traffic in force and a receipt", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    expect(world.sim.containers.size).toBe(1);
    const change = await world.traffic(endpoint.id, { blue: 100 });
    await world.until("receipt", async () => (await world.store.trafficChanges.listByEndpoint(endpoint.id, 1))[0]?.appliedAt != null);
    const [receipt] = await world.store.trafficChanges.listByEndpoint(endpoint.id, 1);
    expect(receipt).toMatchObject({ id: change, gatewayCount: 1, refusedReason: null });
    expect(await weights()).toEqual({ blue: 100 });
    expect((await world.store.endpoints.findById(endpoint.id))?.provisioningState).toBe("Succeeded");
  });
});
