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

const weights = async () => (await world.store.routing.findNewest())?.document.endpoints[0]?.weights;
const running = () => [...world.sim.containers.values()].filter((container) => container.phase === "running");
const reasons = async (deploymentId: string) =>
  (await world.store.events.list({ workspaceId: world.workspaceId, deploymentId, limit: 100 })).map((event) => event.reason);

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
    await world.until("endpoint settled", async () => (await world.store.endpoints.findById(endpoint.id))?.provisioningState === "Succeeded");
  });

  it("gets copies of calls from its first ready instance on, and not before", async () => {
    const endpoint = await world.endpoint({}, { mirror: { shares: { green: 12.5 }, tolerance: 0.01 } });
    const mirror = async () => (await world.store.routing.findNewest())?.document.endpoints[0]?.mirror;
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    expect(await mirror()).toBeNull();
    const green = await world.deployment(endpoint, "green");
    await world.untilState(green.id, "Succeeded");
    await world.until("the shadow", async () => (await mirror())?.shares["green"] === 12.5);
    expect((await mirror())?.tolerance).toBe(0.01);
    await world.store.deployments.requestDelete(green.id);
    await world.store.changes.append("deployment", green.id);
    await world.until("no shadow", async () => (await mirror()) === null);
  });

  it("is told as Azure does what the container needs to know", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue", { environmentVariables: { WORKER_COUNT: "3", AZUREML_MODEL_DIR: "/elsewhere" } });
    await world.untilState(blue.id, "Succeeded");
    const spec = running()[0]?.spec;
    const model = await world.store.models.findVersion(blue.spec.modelVersionId ?? "");
    expect(spec?.environment).toMatchObject({
      WORKER_COUNT: "3",
      AML_APP_ROOT: "/var/azureml-app/onlinescoring",
      AZUREML_ENTRY_SCRIPT: "score.py",
      AZUREML_MODEL_DIR: `/var/azureml-app/azureml-models/${model?.name ?? ""}/1`,
      SCORING_TIMEOUT_MS: "5000",
    });
    expect(spec?.mounts).toMatchObject([{ target: "/var/azureml-app", subPath: "" }]);
  });

  it("scales from 1 to 3 and back to 1, leaving one container", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    await world.change(blue.id, { instanceCount: 3 });
    await world.untilState(blue.id, "Succeeded");
    expect(running()).toHaveLength(3);
    await world.change(blue.id, { instanceCount: 1 });
    await world.until("one container", () => Promise.resolve(world.sim.containers.size === 1));
    await world.until("addresses given back", async () => (await world.store.instances.listByDeployment(blue.id)).length === 1);
  });

  it("rolls a changed spec without exceeding the surge and without a moment in which fewer than the count serve", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue", { instanceCount: 3 });
    world.sim.behave("blue", { readyAfterMs: 2000 });
    await world.untilState(blue.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    await world.change(blue.id, { environmentVariables: { VERSION: "2" } }, "hash-2");
    let most = 0;
    let least = 99;
    await world.until("rolled", async () => {
      most = Math.max(most, running().length);
      const routed = (await world.store.routing.findNewest())?.document.endpoints[0]?.deployments[0]?.instances ?? [];
      least = Math.min(least, routed.filter((instance) => instance.mode === "serve").length);
      const row = await world.state(blue.id);
      return row?.provisioningState === "Succeeded" && row.observedGeneration === row.generation;
    });
    expect(most).toBe(4);
    expect(least).toBe(3);
    expect(running().every((container) => container.spec.environment["VERSION"] === "2")).toBe(true);
  });

  it("replaces a killed instance and keeps its share meanwhile", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    const [first] = running();
    if (first === undefined) throw new Error("nothing runs");
    world.sim.kill(first.instanceId);
    world.runtime.enqueue("instance", first.instanceId);
    await world.settle();
    expect(await weights()).toEqual({ blue: 100 });
    await world.until("replaced", () => Promise.resolve(running().length === 1));
    expect(await reasons(blue.id)).toContain("ContainerExited");
    await world.until("ready again", async () => findCondition((await world.state(blue.id))?.conditions ?? [], "Ready")?.status === "True");
    expect((await world.state(blue.id))?.provisioningState).toBe("Succeeded");
  });

  it("takes a paused instance out at once, and in again when it is resumed", async () => {
    const endpoint = await world.endpoint({ blue: 100 });
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    const [instance] = await world.store.instances.listByDeployment(blue.id);
    const id = instance?.id ?? "";
    const modes = async () => (await world.store.routing.findNewest())?.document.endpoints[0]?.deployments[0]?.instances.map(({ mode }) => mode);
    await world.until("it to serve", async () => (await modes())?.[0] === "serve");
    const pause = (paused: boolean) => {
      world.sim.setPaused(id, paused);
      // What the follower of the engine's events does.
      world.runtime.enqueue("instance", id);
    };
    pause(true);
    await world.until("it to be out", async () => (await modes())?.[0] === "drain", 3000);
    expect(await world.store.instances.findById(id)).toMatchObject({ state: "Running", ready: false, reason: "InstancePaused" });
    pause(false);
    await world.until("it to serve again", async () => (await modes())?.[0] === "serve", 3000);
    expect(await world.store.instances.findById(id)).toMatchObject({ ready: true, reason: null });
  });

  it("makes network and volume again when they vanished with the container", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    for (const map of [world.sim.containers, world.sim.networks, world.sim.volumes]) map.clear();
    await world.runtime.resync();
    await world.until("back", () => Promise.resolve(running().length === 1));
    expect(await reasons(blue.id)).toContain("ContainerGone");
  });

  it("does not hand out capacity twice and says why an instance does not fit", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue", { instanceType: "Standard_DS3_v2", instanceCount: 2 });
    await world.until("blocked", async () => findCondition((await world.state(blue.id))?.conditions ?? [], "InstancesAvailable")?.reason === "NoMemory");
    expect(running()).toHaveLength(1);
    expect((await world.state(blue.id))?.lastError).toContain("Standard_DS3_v2 needs 14 GiB of memory");
  });

  it("that waits for room starts as soon as another one gave it back", async () => {
    const [leaving, coming] = [await world.endpoint(), await world.endpoint()];
    const blue = await world.deployment(leaving, "blue", { instanceType: "Standard_DS3_v2" });
    await world.untilState(blue.id, "Succeeded");
    const green = await world.deployment(coming, "green", { instanceType: "Standard_DS3_v2" });
    await world.until("blocked", async () => findCondition((await world.state(green.id))?.conditions ?? [], "InstancesAvailable")?.reason === "NoMemory");
    await world.delete(leaving.id);
    await world.until("blue is gone", () => Promise.resolve(running().every((container) => container.spec.deploymentId !== blue.id)));
    await world.until("green starts", () => Promise.resolve(running().some((container) => container.spec.deploymentId === green.id)), 2000);
  });
});

describe("traffic", () => {
  it("never goes to a deployment without a ready instance, and follows when one is ready", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    world.sim.behave("green", { readyAfterMs: 5000 });
    const green = await world.deployment(endpoint, "green");
    await world.traffic(endpoint.id, { blue: 50, green: 50 });
    await world.settle();
    expect(await weights()).toEqual({ blue: 100 });
    expect(findCondition((await world.store.endpoints.findById(endpoint.id))?.conditions ?? [], "TrafficProgrammed")).toMatchObject({
      status: "False",
      reason: "DeploymentNotReady",
    });
    await world.untilState(green.id, "Succeeded");
    expect(await weights()).toEqual({ blue: 50, green: 50 });
  });

  it("that a gateway refuses is a condition, an event and a receipt with the reason", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    world.gateway.refuse = "no such backend";
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    const row = await world.store.endpoints.findById(endpoint.id);
    expect(row?.provisioningState).toBe("Failed");
    expect(findCondition(row?.conditions ?? [], "TrafficProgrammed")).toMatchObject({ reason: "GatewayRefused" });
    expect((await world.store.trafficChanges.listByEndpoint(endpoint.id, 1))[0]?.refusedReason).toContain("no such backend");
    const events = await world.store.events.list({ workspaceId: world.workspaceId, endpointId: endpoint.id, limit: 50 });
    expect(events.map((event) => event.reason)).toContain("GatewayRefused");
  });

  it("is not called applied before the last live gateway acknowledged", async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue");
    await world.untilState(blue.id, "Succeeded");
    world.gateway.silent = true;
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    const [receipt] = await world.store.trafficChanges.listByEndpoint(endpoint.id, 1);
    expect(receipt).toMatchObject({ appliedAt: null });
    expect(receipt?.routingRevision).toBeGreaterThan(0);
    world.gateway.silent = false;
    await world.pass(100);
    expect((await world.store.trafficChanges.listByEndpoint(endpoint.id, 1))[0]?.appliedAt).not.toBeNull();
  });
});

describe("an instance that leaves", () => {
  const scaledDown = async () => {
    const endpoint = await world.endpoint();
    const blue = await world.deployment(endpoint, "blue", { instanceCount: 2 });
    await world.untilState(blue.id, "Succeeded");
    await world.traffic(endpoint.id, { blue: 100 });
    await world.settle();
    return blue;
  };

  it("stops only after the gateways acknowledged and nothing is in flight", async () => {
    const blue = await scaledDown();
    const leaver = (await world.store.instances.listByDeployment(blue.id)).find((row) => row.slot === 1);
    if (leaver === undefined) throw new Error("no second instance");
    world.gateway.silent = true;
    await world.change(blue.id, { instanceCount: 1 });
    await world.pass(3000);
    expect((await world.store.instances.findById(leaver.id))?.state).toBe("Draining");
    expect(running()).toHaveLength(2);
    world.gateway.silent = false;
    world.gateway.inFlight = { [leaver.id]: 1 };
    await world.pass(3000);
    expect(running()).toHaveLength(2);
    world.gateway.inFlight = {};
    await world.until("stopped", () => Promise.resolve(running().length === 1), 2000);
  });

  it("is stopped when its grace is over although a request hangs", async () => {
    const blue = await scaledDown();
    const leaver = (await world.store.instances.listByDeployment(blue.id)).find((row) => row.slot === 1);
    world.gateway.inFlight = { [leaver?.id ?? ""]: 1 };
    await world.change(blue.id, { instanceCount: 1 });
    await world.pass(5000);
    expect(running()).toHaveLength(2);
    await world.until("stopped", () => Promise.resolve(running().length === 1), 4000);
  });

  it("gives its address back only when every gateway acknowledged its removal", async () => {
    const blue = await scaledDown();
    const leaver = (await world.store.instances.listByDeployment(blue.id)).find((row) => row.slot === 1);
    if (leaver === undefined) throw new Error("no second instance");
    // The gateway goes silent between the instance's end and the revision that forgets it.
    world.sim.onVerb = (verb, when) => {
      if (verb === "stopInstance" && when === "after") world.gateway.silent = true;
    };
    await world.change(blue.id, { instanceCount: 1 });
    await world.until("stopped", async () => (await world.store.instances.findById(leaver.id))?.state === "Stopped");
    await world.pass(4000);
    expect((await world.store.instances.findById(leaver.id))?.removedAt).toBeNull();
    world.gateway.silent = false;
    await world.until("given back", async () => (await world.store.instances.findById(leaver.id))?.removedAt !== null);
  });

  it("leaves an address that no successor gets at once", async () => {
    const blue = await scaledDown();
    const before = new Set((await world.store.instances.listByDeployment(blue.id)).map((row) => row.address));
    await world.change(blue.id, {}, "hash-2");
    await world.untilState(blue.id, "Succeeded");
    const after = (await world.store.instances.listByDeployment(blue.id)).filter((row) => row.specHash === "hash-2").map((row) => row.address);
    expect(after).toHaveLength(2);
    for (const address of after) expect(before.has(address)).toBe(false);
  });
});

describe("deletion", () => {
  it("of an endpoint leaves no container, volume, network or live row", async () => {
    const endpoint = await world.endpoint({ blue: 100 });
    const blue = await world.deployment(endpoint, "blue", { instanceCount: 2 });
    await world.untilState(blue.id, "Succeeded");
    await world.delete(endpoint.id);
    await world.until("gone", async () => (await world.store.endpoints.findById(endpoint.id))?.deletedAt !== null);
    await world.settle();
    expect([world.sim.containers.size, world.sim.volumes.size, world.sim.networks.size]).toEqual([0, 0, 0]);
    expect(await world.store.instances.listLive()).toEqual([]);
    expect(await world.store.deployments.listLive()).toEqual([]);
    expect(await world.store.endpoints.listKeys([endpoint.id])).toEqual([]);
    expect((await world.store.routing.findNewest())?.document.endpoints).toEqual([]);
  });
});
