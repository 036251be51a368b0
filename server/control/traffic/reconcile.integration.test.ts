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

it("an endpoint's own domains are carried by name and certificate alone, and end with the endpoint, so that another may have them", async () => {
  const endpoint = await world.endpoint();
  const carried = async () => (await world.store.routing.findNewest())?.document.endpoints.find(({ id }) => id === endpoint.id)?.domains;
  await world.until("the endpoint", async () => (await carried())?.length === 0);
  const certificate = { chain: "the chain", sha256: "a".repeat(64), keySealed: new Uint8Array([1]), notBefore: 1, notAfter: 2 };
  const row = { id: "dom_1", endpointId: endpoint.id, name: "api.acme.example", ...certificate, createdBy: "usr_1", createdAt: 1 };
  expect(await world.store.endpointDomains.insert(row)).toBe(true);
  await world.store.changes.append("traffic", endpoint.id);
  await world.until("the domain", async () => (await carried())?.length === 1);
  expect(await carried()).toEqual([{ name: "api.acme.example", sha256: "a".repeat(64) }]);
  await world.delete(endpoint.id);
  await world.until("gone", async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null);
  expect(await world.store.endpointDomains.findByName("api.acme.example")).toBeNull();
});

it("an endpoint whose routing did not change stays programmed while gateways take another's change over", async () => {
  const [changed, other] = [await world.endpoint(), await world.endpoint()];
  const blue = await world.deployment(changed, "blue");
  await world.untilState(blue.id, "Succeeded");
  await world.until("both programmed", async () => (await programmed(changed.id))?.status === "True" && (await programmed(other.id))?.status === "True");
  const before = await programmed(other.id);
  world.gateway.silent = true;
  await world.traffic(changed.id, { blue: 100 });
  await world.until("the revision", async () => (await published(changed.id))?.["blue"] === 100);
  await world.until("the wait for the gateway", async () => (await programmed(changed.id))?.reason === "Programming");
  expect(await programmed(other.id)).toEqual(before);
  world.gateway.silent = false;
  await world.until("the acknowledgement", async () => (await programmed(changed.id))?.status === "True");
  expect(await programmed(other.id)).toEqual(before);
});
