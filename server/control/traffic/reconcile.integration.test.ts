import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCondition } from "#server/domain/condition";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const published = async (id: string) => (await world.store.routing.findNewest())?.document.endpoints.find((endpoint) => endpoint.id === id)?.weights;
const programmed = async (id: string) => findCondition((await world.store.endpoints.findById(id))?.conditions ?? [], "TrafficProgrammed");

describe("an endpoint whose routing breaks a rule", () => {
  it("stays as it was and says so, while others are published, and follows again once it is mended", async () => {
    const bad = await world.endpoint();
    const good = await world.endpoint();
    const blue = await world.deployment(bad, "blue");
    const green = await world.deployment(good, "green");
    await world.untilState(blue.id, "Succeeded");
    await world.untilState(green.id, "Succeeded");
    await world.traffic(bad.id, { blue: 100 });
    await world.until("traffic", async () => (await published(bad.id))?.["blue"] === 100);

    await world.traffic(bad.id, { blue: 99 });
    await world.until("the condition", async () => (await programmed(bad.id))?.reason === "RoutingInvalid");
    await world.traffic(good.id, { green: 100 });
    await world.until("the other endpoint", async () => (await published(good.id))?.["green"] === 100);
    expect(await published(bad.id)).toEqual({ blue: 100 });
    await world.until("the other's receipt", async () => (await programmed(good.id))?.status === "True");
    const events = await world.store.events.list({ workspaceId: world.workspaceId, endpointId: bad.id, limit: 100 });
    expect(events.filter((event) => event.reason === "RoutingInvalid")).toMatchObject([{ severity: "warning" }]);

    await world.traffic(bad.id, { blue: 0 });
    await world.until("mended", async () => (await programmed(bad.id))?.status === "True" && (await published(bad.id))?.["blue"] !== 100);
  });
});
