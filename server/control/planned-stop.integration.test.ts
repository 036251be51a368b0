import { afterEach, beforeEach, expect, it } from "vitest";
import type { DeploymentRow } from "#server/store/deployments";
import type { InstanceRow } from "#server/store/instances";
import { ControlWorld } from "#server/testing/control-world";

let world: ControlWorld;
let blue: DeploymentRow;
beforeEach(async () => {
  world = await ControlWorld.open();
  const endpoint = await world.endpoint();
  blue = await world.deployment(endpoint, "blue", { instanceCount: 2 });
  await world.untilState(blue.id, "Succeeded");
  await world.traffic(endpoint.id, { blue: 100 });
  await world.settle();
});
afterEach(async () => {
  await world.close();
});

const history = (): Promise<InstanceRow[]> => world.store.instances.listHistory(blue.id, 50);
const events = async (sinceMs: number) =>
  (await world.store.events.list({ workspaceId: world.workspaceId, deploymentId: blue.id, limit: 100 })).filter((event) => event.at >= sinceMs);
const isServing = async (): Promise<boolean> => {
  const live = await world.store.instances.listByDeployment(blue.id);
  return live.length === 2 && live.every((row) => row.ready && row.state === "Running");
};
const hour = 3_600_000;

it("ends instances without calling it a failure, and the next start puts new ones in their slots at once", async () => {
  const before = await history();
  const stoppedAt = world.clock.now();
  for (const container of world.sim.containers.values()) container.end(143);
  world.clock.advance(8 * hour);
  const startedAt = world.clock.now();
  world.plannedStops = [{ from: stoppedAt, to: startedAt }];
  await world.restart();
  await world.until("serving", isServing, 5000);
  const ended = (await history()).filter((row) => before.some((old) => old.id === row.id));
  expect(ended.map((row) => [row.state, row.reason, row.stoppedAt])).toEqual(before.map(() => ["Stopped", "StoppedWithProduct", stoppedAt]));
  const successors = (await history()).filter((row) => !before.some((old) => old.id === row.id));
  expect(successors.map((row) => [row.slot, row.priorFailures]).sort()).toEqual([
    [0, 0],
    [1, 0],
  ]);
  const told = await events(stoppedAt);
  expect(told.filter((event) => event.severity !== "info")).toEqual([]);
  expect(told.filter((event) => event.reason === "StoppedWithProduct").map((event) => event.at)).toEqual([stoppedAt, stoppedAt]);
  expect(await world.state(blue.id)).toMatchObject({ provisioningState: "Succeeded", lastError: null });
});

it("is as honest when the containers are gone altogether", async () => {
  await world.pass(30_000);
  const stoppedAt = world.clock.now();
  world.sim.close();
  world.sim.containers.clear();
  world.clock.advance(hour);
  world.plannedStops = [{ from: stoppedAt, to: world.clock.now() }];
  await world.restart();
  await world.until("serving", isServing, 5000);
  expect((await events(stoppedAt)).filter((event) => event.severity !== "info")).toEqual([]);
  expect((await history()).filter((row) => row.reason === "StoppedWithProduct").map((row) => row.stoppedAt)).toEqual([stoppedAt, stoppedAt]);
});

it("does not excuse what ends by itself, before or after", async () => {
  const [victim] = await history();
  const startedAt = world.clock.now();
  world.plannedStops = [{ from: startedAt - 500, to: startedAt - 100 }];
  world.clock.advance(10);
  const endedAt = world.clock.now();
  world.sim.kill(victim?.id ?? "");
  // Nobody watches for an hour.
  world.clock.advance(hour);
  await world.restart();
  await world.settle();
  expect(await world.store.instances.findById(victim?.id ?? "")).toMatchObject({
    state: "Failed",
    reason: "ContainerExited",
    exitCode: 137,
    stoppedAt: endedAt,
  });
});

it("adopts instances that went on serving while nothing watched them, as they are", async () => {
  const before = await history();
  const containers = [...world.sim.containers.values()].map((container) => [container.instanceId, container.containerId, container.startedAt]);
  const since = world.clock.now();
  world.clock.advance(hour);
  await world.restart();
  await world.pass(30_000);
  expect([...world.sim.containers.values()].map((container) => [container.instanceId, container.containerId, container.startedAt])).toEqual(containers);
  expect((await history()).map((row) => row.id)).toEqual(before.map((row) => row.id));
  expect(await events(since + 1)).toEqual([]);
});
