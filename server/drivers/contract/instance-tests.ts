import { describe, expect, it } from "vitest";
import { ended, ready, runSpec, uniqueId, until, type DriverHarness, type Program } from "./harness";

export function instanceTests(harness: () => DriverHarness): void {
  const prepare = async (program: Program, overrides: Parameters<typeof runSpec>[3] = {}) => {
    const { driver } = harness();
    const network = harness().network(uniqueId("dep"));
    await driver.ensureNetwork(network);
    return { driver, network, spec: runSpec(harness(), network, program, overrides) };
  };

  describe("instances", () => {
    it("go from created to running to exited to gone, and every verb can be repeated", async () => {
      const { driver, spec, network } = await prepare({ kind: "serve" });
      await driver.ensureNetwork(network);
      const created = await driver.createInstance(spec);
      expect(created).toMatchObject({
        instanceId: spec.instanceId,
        deploymentId: spec.deploymentId,
        specHash: "hash-1",
        phase: "created",
        exitCode: null,
        outOfMemory: false,
        error: "",
        startedAt: null,
      });
      expect((await driver.createInstance(spec)).containerId).toBe(created.containerId);

      await driver.startInstance(spec.instanceId);
      await driver.startInstance(spec.instanceId);
      await ready(driver, spec);
      const running = await driver.inspectInstance(spec.instanceId);
      expect(running).toMatchObject({ phase: "running", exitCode: null, finishedAt: null });
      expect(running?.startedAt).toBeGreaterThan(0);

      await driver.stopInstance(spec.instanceId, 5000);
      await driver.stopInstance(spec.instanceId, 5000);
      expect(await driver.inspectInstance(spec.instanceId)).toMatchObject({ phase: "exited", exitCode: 0, outOfMemory: false });

      await driver.removeInstance(spec.instanceId);
      await driver.removeInstance(spec.instanceId);
      expect(await driver.inspectInstance(spec.instanceId)).toBeNull();
      await driver.removeNetwork(spec.deploymentId);
      await driver.removeNetwork(spec.deploymentId);
    });

    it("are removed while they run", async () => {
      const { driver, spec } = await prepare({ kind: "serve" });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      await driver.removeInstance(spec.instanceId);
      expect(await driver.inspectInstance(spec.instanceId)).toBeNull();
    });

    it("do not take the place of an instance with another spec", async () => {
      const { driver, spec } = await prepare({ kind: "serve" });
      await driver.createInstance(spec);
      await expect(driver.createInstance({ ...spec, specHash: "hash-2" })).rejects.toMatchObject({ kind: "already_exists" });
      expect(await driver.inspectInstance(spec.instanceId)).toMatchObject({ specHash: "hash-1" });
    });

    it("show the exit code of their end", async () => {
      const { driver, spec } = await prepare({ kind: "exit", code: 3 });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      const observed = await ended(driver, spec.instanceId);
      expect(observed).toMatchObject({ exitCode: 3, outOfMemory: false });
      expect(observed.finishedAt).toBeGreaterThanOrEqual(observed.startedAt ?? Infinity);
    });

    it("show that they ran out of memory", async () => {
      const { driver, spec } = await prepare({ kind: "out-of-memory" });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      expect(await ended(driver, spec.instanceId)).toMatchObject({ exitCode: 137, outOfMemory: true });
    });

    it("end with 127 when their program does not exist", async () => {
      const { driver, spec } = await prepare({ kind: "missing-binary" });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      expect(await ended(driver, spec.instanceId)).toMatchObject({ exitCode: 127, outOfMemory: false });
    });

    it("are killed when they do not end within the grace period", async () => {
      const { driver, spec } = await prepare({ kind: "stubborn" });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      await ready(driver, spec);
      await driver.stopInstance(spec.instanceId, 1000);
      expect(await driver.inspectInstance(spec.instanceId)).toMatchObject({ phase: "exited", exitCode: 137, outOfMemory: false });
    });

    it.each([
      ["a missing image", "image_missing", { image: "sluice-contract/none:1" }],
      ["a missing volume", "not_found", { mounts: [{ volume: "sluice-contract-none", subPath: "", target: "/var/azureml-app" }] }],
      ["a part of a volume", "invalid_config", { mounts: [{ volume: "sluice-contract-none", subPath: "a", target: "/var/azureml-app" }] }],
      ["more processors than the host has", "resources_exhausted", { cpuCores: 4096 }],
    ] as const)("are refused with %s", async (_what, kind, overrides) => {
      const { driver, spec } = await prepare({ kind: "serve" });
      await expect(driver.createInstance({ ...spec, ...overrides })).rejects.toMatchObject({ name: "DriverError", kind });
      expect(await driver.inspectInstance(spec.instanceId)).toBeNull();
    });

    it("are refused without their network", async () => {
      const spec = runSpec(harness(), harness().network(uniqueId("dep")), { kind: "serve" });
      await expect(harness().driver.createInstance(spec)).rejects.toMatchObject({ kind: "not_found" });
    });

    it("cannot be started when they do not exist, and stopping them is then success", async () => {
      const { driver } = harness();
      await expect(driver.startInstance(uniqueId("ins"))).rejects.toMatchObject({ kind: "not_found" });
      await driver.stopInstance(uniqueId("ins"), 100);
    });

    it("do not share an address", async () => {
      const { driver, spec, network } = await prepare({ kind: "serve" });
      const rival = runSpec(harness(), network, { kind: "serve" });
      for (const each of [spec, rival]) await driver.createInstance(each);
      await driver.startInstance(spec.instanceId);
      await expect(driver.startInstance(rival.instanceId)).rejects.toMatchObject({ kind: "resources_exhausted" });
    });

    it("are adopted by a driver that is made anew", async () => {
      const { spec, driver } = await prepare({ kind: "serve" });
      const created = await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      const successor = harness().reopen();
      expect((await successor.createInstance(spec)).containerId).toBe(created.containerId);
      await ready(successor, spec);
      const owned = await successor.listOwned();
      expect(owned.instances.map(({ instanceId, phase }) => ({ instanceId, phase }))).toEqual([{ instanceId: spec.instanceId, phase: "running" }]);
      expect(owned.networks).toEqual([{ deploymentId: spec.deploymentId, subnet: harness().network(spec.deploymentId).subnet }]);
      await successor.stopInstance(spec.instanceId, 5000);
      expect(await driver.inspectInstance(spec.instanceId)).toMatchObject({ phase: "exited" });
    });
  });

  describe("networks", () => {
    it("keep their subnet: another one for the same deployment is refused", async () => {
      const { driver, network } = await prepare({ kind: "serve" });
      await expect(driver.ensureNetwork({ ...harness().network(uniqueId("dep")), deploymentId: network.deploymentId })).rejects.toMatchObject({
        kind: "already_exists",
      });
    });
    it("are not removed from under a running instance", async () => {
      const { driver, spec } = await prepare({ kind: "serve" });
      await driver.createInstance(spec);
      await driver.startInstance(spec.instanceId);
      await expect(driver.removeNetwork(spec.deploymentId)).rejects.toMatchObject({ name: "DriverError" });
      await ready(driver, spec);
    });
  });

  describe("probes", () => {
    it("tell success, failure, refusal and time-out apart and never reject", async () => {
      const { driver, spec, network } = await prepare({ kind: "serve" });
      const slow = runSpec(harness(), network, { kind: "hanging" }, { address: network.addressOf(11) });
      for (const each of [spec, slow]) {
        await driver.createInstance(each);
        await driver.startInstance(each.instanceId);
      }
      await ready(driver, spec);
      const probe = (id: typeof spec, path: string) => driver.probe(id.instanceId, id.address, { path, port: id.port }, 700);
      expect(await probe(spec, "/")).toEqual({ kind: "success" });
      await until(async () => (await probe(slow, "/")).kind === "timeout");
      expect(await probe(spec, "/no path")).toMatchObject({ kind: "failure" });
      await driver.stopInstance(spec.instanceId, 5000);
      expect((await probe(spec, "/")).kind).not.toBe("success");
    });
  });
}
