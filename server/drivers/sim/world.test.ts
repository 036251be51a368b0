import { afterEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "#server/kernel/clock";
import { DriverError, type InstanceRunSpec } from "../compute-driver";
import { createSimDriver } from "./driver";
import { SimWorld } from "./world";

/** A clock that moves only when told. */
function manualClock(): Clock & { advance(ms: number): Promise<void> } {
  let now = 1_000_000;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve });
        signal?.addEventListener("abort", () => {
          reject(signal.reason as Error);
        });
      }),
    async advance(ms) {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const run: InstanceRunSpec = {
  instanceId: "ins_1",
  deploymentId: "dep_1",
  endpointName: "diabetes",
  deploymentName: "blue",
  slot: 0,
  specHash: "h",
  image: "sim/app:1",
  command: null,
  user: null,
  sharedMemoryMib: null,
  environment: {},
  mounts: [],
  address: "10.9.0.5",
  port: 5001,
  cpuCores: 1,
  memoryMib: 256,
  gpuCount: 0,
  pidsLimit: 64,
};

let world: SimWorld;
afterEach(() => {
  world.close();
});

async function started(clock: Clock, behaviour: Parameters<SimWorld["behave"]>[1] = {}) {
  world = new SimWorld({ clock, images: "any" });
  world.behave("blue", behaviour);
  const driver = createSimDriver(world);
  await driver.ensureNetwork({ deploymentId: "dep_1", subnet: "10.9.0.0/26", gateway: "10.9.0.1" });
  const { port = 0 } = await driver.createInstance(run);
  await driver.startInstance("ins_1");
  return { driver, port };
}

describe("SimWorld", () => {
  it("serves real HTTP: echo, status and delay by query, swagger", async () => {
    const { port } = await started(systemClock);
    const post = (query: string) => fetch(`http://127.0.0.1:${String(port)}/score${query}`, { method: "POST", body: '{"data":[1]}' });
    expect(await (await post("")).json()).toEqual({ endpoint: "diabetes", deployment: "blue", instance: "ins_1", echo: { data: [1] } });
    expect((await post("?status=503")).status).toBe(503);
    const before = performance.now();
    await post("?delay_ms=120");
    expect(performance.now() - before).toBeGreaterThan(110);
    expect((await fetch(`http://127.0.0.1:${String(port)}/swagger.json`)).status).toBe(200);
  });

  it("lets readiness and exits follow its clock", async () => {
    const clock = manualClock();
    const { driver } = await started(clock, { readyAfterMs: 5000, exitAfterMs: 60_000, exitCode: 4 });
    const probe = async () => (await driver.probe("ins_1", "", { path: "/", port: 5001 }, 2000)).kind;
    expect(await probe()).toBe("failure");
    await clock.advance(5000);
    expect(await probe()).toBe("success");
    await clock.advance(55_000);
    expect(await driver.inspectInstance("ins_1")).toMatchObject({ phase: "exited", exitCode: 4, finishedAt: 1_060_000 });
  });

  it("fails the next calls as scripted, without any effect", async () => {
    const { driver } = await started(systemClock);
    world.failNext("removeInstance", new DriverError("unreachable", "engine away"), 2);
    for (let time = 0; time < 2; time += 1) await expect(driver.removeInstance("ins_1")).rejects.toMatchObject({ kind: "unreachable" });
    expect(await driver.inspectInstance("ins_1")).not.toBeNull();
    await driver.removeInstance("ins_1");
    expect(await driver.inspectInstance("ins_1")).toBeNull();
  });

  it("can crash before and after any verb, and a new driver finds what was done", async () => {
    const { driver } = await started(systemClock);
    world.onVerb = (verb, when) => {
      if (verb === "createInstance" && when === "after") throw new Error("crash");
    };
    await expect(driver.createInstance({ ...run, instanceId: "ins_2", address: "10.9.0.6" })).rejects.toThrow("crash");
    world.onVerb = () => undefined;
    expect((await createSimDriver(world).listOwned()).instances.map(({ instanceId }) => instanceId)).toEqual(["ins_1", "ins_2"]);
  });

  it("kills, starves and pauses on demand", async () => {
    const { driver, port } = await started(systemClock);
    world.setPaused("ins_1", true);
    expect(await driver.probe("ins_1", "", { path: "/", port: 5001 }, 100)).toEqual({ kind: "timeout" });
    world.setPaused("ins_1", false);
    world.kill("ins_1");
    expect(await driver.inspectInstance("ins_1")).toMatchObject({ phase: "exited", exitCode: 137, outOfMemory: false });
    await expect(fetch(`http://127.0.0.1:${String(port)}/`)).rejects.toThrow();
    await driver.createInstance({ ...run, instanceId: "ins_3" });
    await driver.startInstance("ins_3");
    world.runOutOfMemory("ins_3");
    expect(await driver.inspectInstance("ins_3")).toMatchObject({ exitCode: 137, outOfMemory: true });
  });

  it("refuses to start what its script forbids, and keeps the reason", async () => {
    world = new SimWorld({ clock: systemClock, images: "any" });
    world.behave("*", { startError: "exec: no such file" });
    const driver = createSimDriver(world);
    await driver.ensureNetwork({ deploymentId: "dep_1", subnet: "10.9.0.0/26", gateway: "10.9.0.1" });
    await driver.createInstance(run);
    await expect(driver.startInstance("ins_1")).rejects.toMatchObject({ kind: "invalid_config" });
    expect(await driver.inspectInstance("ins_1")).toMatchObject({ phase: "created", exitCode: 128, error: "exec: no such file" });
  });
});
