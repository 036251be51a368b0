import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sweepKey } from "#server/control/control-plane";
import { DriverError } from "#server/drivers/compute-driver";
import { buildEnvironmentVersion, environmentSpec } from "#server/testing/builders";
import { ControlWorld } from "#server/testing/control-world";
import { batch, graceMs, planImages, planSweep, type SweepKnowledge } from "./plan";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const nothing: SweepKnowledge = { instanceIds: new Set(), deploymentIds: new Set(), stagedHashes: new Map(), mountedVolumes: new Set() };
const dayMs = 24 * 3_600_000;

async function sweep(): Promise<void> {
  world.runtime.enqueue("sweep", sweepKey);
  await world.settle();
}

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
  world.sim.inspectors.set("broken-off", world.clock.now());
  await world.pass(graceMs + 1000);
  world.sim.inspectors.set("at-work", world.clock.now());
  await sweep();
  expect([...world.sim.inspectors.keys()]).toEqual(["at-work"]);
  expect([...world.sim.networks.keys()]).toEqual([blue.id]);
  expect(world.sim.volumes.size).toBe(1);
  expect(world.sim.containers.size).toBe(1);
  expect(world.metrics.read("sluice_swept_total", { kind: "volumes" })).toBe(2);
});

it("spares what is young and never takes more than a batch at once", () => {
  const volume = (index: number, createdAt: number) => ({ name: `v${String(index)}`, deploymentId: "dep_x", contentHash: "h", createdAt });
  const owned = {
    instances: [],
    networks: [],
    images: [],
    inspectors: [],
    volumes: Array.from({ length: 50 }, (_, index) => volume(index, index === 0 ? 1_000_000 : 0)),
  };
  const plan = planSweep(owned, nothing, 1_000_000);
  expect(plan.volumes).toHaveLength(batch);
  expect(plan.volumes).not.toContain("v0");
});

describe("images", () => {
  const policy = { keep: 1, keepMs: 7 * dayMs };
  const image = (reference: string, days: number) => ({ reference, createdAt: -days * dayMs });
  const named = (reference: string, days: number) => ({ ...image(reference, days), name: reference.slice(0, 1) });

  it("go, oldest first, when nothing uses them, they are old, and enough newer ones of their kind stay", () => {
    const environments = [image("e1", 30), image("e2", 20), image("e3", 10)];
    const platform = [named("g1", 25), named("g2", 15), named("i1", 40)];
    expect(planImages(environments, platform, { inUse: new Set(), policy }, 0)).toEqual(["e1", "g1", "e2"]);
    expect(planImages(environments, platform, { inUse: new Set(["e1", "g1"]), policy }, 0)).toEqual(["e2"]);
    expect(planImages(environments, platform, { inUse: new Set(), policy: { keep: 0, keepMs: 22 * dayMs } }, 0)).toEqual(["i1", "e1", "g1"]);
    expect(planImages(environments, platform, { inUse: new Set(), policy: { ...policy, keep: 3 } }, 0)).toEqual([]);
  });

  it("never go in a larger batch", () => {
    const many = Array.from({ length: 100 }, (_, index) => image(String(index), 100 + index));
    expect(planImages(many, [], { inUse: new Set(), policy }, 0)).toHaveLength(batch);
  });

  it("stay while a deployment runs them, could go back to them, or was started with them, and go afterwards", async () => {
    await world.close();
    world = await ControlWorld.open({ settings: { imagePolicy: { keep: 0, keepMs: dayMs, current: ["sluice/gateway:now"] } } });
    const old = world.clock.now() - 30 * dayMs;
    const [current, former] = [world.sim.addPlatformImage("gateway", "now", old), world.sim.addPlatformImage("gateway", "former", old)];
    const endpoint = await world.endpoint();
    const own = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: null, requirements: "numpy" }) });
    const blue = await world.deployment(endpoint, "blue", { environmentVersionId: own.id });
    await world.untilState(blue.id, "Succeeded");
    const built = (await world.state(blue.id))?.imageRef ?? "";
    const other = await buildEnvironmentVersion(world.store, world.workspaceId);
    await world.change(blue.id, { environmentVersionId: other.id }, "hash-other");
    await world.until("replaced", async () => (await world.state(blue.id))?.imageRef !== built);
    await world.untilState(blue.id, "Succeeded");
    world.clock.advance(2 * dayMs);
    await sweep();
    expect([world.sim.images.has(built), world.sim.images.has(current), world.sim.images.has(former)]).toEqual([true, true, false]);
    await world.delete(endpoint.id);
    await world.until("deleted", async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null);
    await sweep();
    expect([world.sim.images.has(built), world.sim.images.has(current)]).toEqual([false, true]);
  });
});

it("goes on with its other parts when the engine is away or keeps something", async () => {
  const stray = { name: "stray", deploymentId: "dep_unknown", contentHash: "x", createdAt: world.clock.now(), ready: true, items: [] };
  world.sim.volumes.set("stray", stray);
  world.clock.advance(graceMs + 1000);
  world.sim.failNext("removeVolume", new DriverError("already_exists", "volume is in use"));
  await sweep();
  expect(world.metrics.read("sluice_sweep_refusals_total")).toBe(1);
  world.sim.failNext("listOwned", new DriverError("unreachable", "no engine"));
  await world.store.rateWindows.increment("api:x", 60_000, world.clock.now() - 5 * 3_600_000);
  await sweep();
  expect(world.metrics.read("sluice_sweep_failures_total", { part: "host" })).toBe(1);
  expect(world.metrics.read("sluice_swept_total", { kind: "access" })).toBe(1);
});

it("forgets events, ended operations and audit entries by age, and never an operation that runs", async () => {
  const now = world.clock.now();
  const { workspaceId, store } = world;
  for (const days of [10, 100, 500]) {
    const at = now - days * dayMs;
    await store.events.insert({ workspaceId, endpointId: null, deploymentId: null, instanceId: null, severity: "info", reason: String(days), message: "", hint: null, data: {}, at }); // prettier-ignore
    await store.audit.insert({ id: `aud_${String(days)}`, workspaceId, actorId: "u", actorName: "Ada", action: "x", targetType: "endpoint", targetId: "e", targetName: "e", endpointId: null, before: null, after: null, requestId: "", at }); // prettier-ignore
    for (const [status, target] of [["Succeeded", "ended"], ["InProgress", "runs"]] as const)
      await store.operations.insert({ id: `op_${status}_${String(days)}`, workspaceId, kind: "x", targetType: "endpoint", targetId: target, generation: 1, status, actorId: "u", createdAt: at }); // prettier-ignore
  }
  await sweep();
  expect((await store.events.list({ workspaceId, limit: 10 })).map((event) => event.reason)).toEqual(["10"]);
  expect((await store.audit.list({ workspaceId, limit: 10 })).map((entry) => entry.id)).toEqual(["aud_10", "aud_100"]);
  expect(await store.operations.listByTarget("ended", 10)).toHaveLength(1);
  expect(await store.operations.listByTarget("runs", 10)).toHaveLength(3);
});
