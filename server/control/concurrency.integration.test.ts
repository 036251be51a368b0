import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freeBlock } from "#server/domain/host/addressing";
import { withClient } from "#server/store/with-client";
import { buildDeployment } from "#server/testing/builders";
import { ControlWorld } from "#server/testing/control-world";
import { subnetBlocks } from "./deployment/network-step";

/** Far more than anything here takes, and less than the time between two resyncs, which would find what a lost hint left undone. */
const limitMs = 40_000;

let world: ControlWorld;
let stop: AbortController;
let running: Promise<unknown>;
let time: NodeJS.Timeout;

/** The gateway answers until the test ends; its last answer is waited for, since the database goes right after. */
async function acknowledge(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await world.gateway.tick()) world.runtime.enqueue("traffic", "all", "urgent");
    await delay(20);
  }
}

/** All loops run beside each other, as in the real process, while the world's clock keeps real time and the gateway answers. */
beforeEach(async () => {
  world = await ControlWorld.open({ changed: () => delay(20) });
  stop = new AbortController();
  time = setInterval(() => world.clock.advance(20), 20);
  running = Promise.all([world.runtime.run(stop.signal), acknowledge(stop.signal)]);
});
afterEach(async () => {
  stop.abort(new Error("end"));
  await running;
  clearInterval(time);
  await world.close();
});

/** Resolves with the world's milliseconds that it took. */
async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
  const since = world.clock.now();
  while (!(await holds())) {
    if (world.clock.now() - since > limitMs) throw new Error(`never came: ${what}\n${await world.describe()}`);
    await delay(20);
  }
  return world.clock.now() - since;
}

async function createAndDelete(): Promise<void> {
  const endpoint = await world.endpoint();
  const blue = await world.deployment(endpoint, "blue", { instanceCount: 2 });
  await until("ready", async () => (await world.state(blue.id))?.provisioningState === "Succeeded");
  await world.delete(endpoint.id);
  await until("deleted", async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null);
}

const failedPasses = () =>
  ["endpoint", "deployment", "instance", "traffic"].map((loop) => world.metrics.read("sluice_passes_total", { loop, outcome: "error" }));

it("neither creation nor deletion ever waits for a resync, whatever order hints are committed in", async () => {
  await until("first resync", () => Promise.resolve(world.metrics.read("sluice_resyncs_total") > 1));
  for (let round = 0; round < 4; round += 1) await Promise.all([createAndDelete(), createAndDelete(), createAndDelete()]);
  expect(failedPasses()).toEqual([0, 0, 0, 0]);
});

it("two deployments that want the same network at the same moment both get one, without a failed pass", async () => {
  const endpoint = await world.endpoint();
  // Nobody tells the loops of this one, so that the test alone decides when its network is taken.
  const blue = await buildDeployment(world.store, endpoint, { name: "blue" });
  const wanted = freeBlock([], subnetBlocks);
  const waiting = "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  const green = await withClient({ connectionString: world.database.url }, async (rival) => {
    await rival.query("BEGIN");
    await rival.query("UPDATE deployment SET subnet_index = $1 WHERE id = $2", [wanted, blue.id]);
    const other = await world.deployment(endpoint, "green");
    await until("green waits for the rival", async () => Number((await world.store.sql.query<{ waiting: string }>(waiting))[0]?.waiting) > 0);
    await rival.query("COMMIT");
    return other;
  });
  await until("ready", async () => (await world.state(green.id))?.provisioningState === "Succeeded");
  expect((await world.state(green.id))?.subnetIndex).not.toBe(wanted);
  expect(failedPasses()).toEqual([0, 0, 0, 0]);
});
