import { afterEach, beforeEach, expect, it } from "vitest";
import { sweepKey } from "#server/control/control-plane";
import { ControlWorld } from "#server/testing/control-world";
import { batch, graceMs, planSweep, type SweepKnowledge } from "./plan";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const nothing: SweepKnowledge = { instanceIds: new Set(), deploymentIds: new Set(), imageRefs: new Set(), stagedHashes: new Map(), mountedVolumes: new Set() };

it("removes what belongs to nothing, once it is old enough, and leaves the rest alone", async () => {
  const endpoint = await world.endpoint();
  const blue = await world.deployment(endpoint, "blue");
  await world.untilState(blue.id, "Succeeded");
  world.sim.networks.set("dep_unknown", "10.213.9.0/26");
  world.sim.volumes.set("stray", { name: "stray", deploymentId: "dep_unknown", contentHash: "x", createdAt: world.clock.now(), ready: true, items: [] });
  world.sim.volumes.set("former", {
    name: "former",
    deploymentId: blue.id,
    contentHash: "of a spec before",
    createdAt: world.clock.now(),
    ready: true,
    items: [],
  });
  await world.pass(graceMs + 1000);
  world.runtime.enqueue("sweep", sweepKey);
  await world.settle();
  expect([...world.sim.networks.keys()]).toEqual([blue.id]);
  expect(world.sim.volumes.size).toBe(1);
  expect(world.sim.containers.size).toBe(1);
  expect(world.metrics.read("sluice_swept_total", { kind: "volumes" })).toBe(2);
});

it("spares what is young and never takes more than a batch at once", () => {
  const volume = (index: number, createdAt: number) => ({ name: `v${String(index)}`, deploymentId: "dep_x", contentHash: "h", createdAt });
  const owned = { instances: [], networks: [], images: [], volumes: Array.from({ length: 50 }, (_, index) => volume(index, index === 0 ? 1_000_000 : 0)) };
  const plan = planSweep(owned, nothing, 1_000_000);
  expect(plan.volumes).toHaveLength(batch);
  expect(plan.volumes).not.toContain("v0");
});
