import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTestEngine } from "#server/testing/engine";
import { ended, ready, runSpec, uniqueId, type DriverHarness } from "../contract/harness";
import { Ownership } from "./labels";
import { createDockerHarness, programImage } from "./test-harness";

const search = await findTestEngine();

describe.skipIf(search.engine === null)("docker instances", () => {
  let harness: DriverHarness & { readonly installation: string };
  let own: Ownership;
  const engine = () => {
    if (search.engine === null) throw new Error(search.reason);
    return search.engine;
  };

  beforeAll(async () => {
    harness = createDockerHarness(engine(), await programImage(engine()));
    own = new Ownership(harness.installation);
  });
  afterAll(() => harness.dispose());

  const started = async (host = 10, deploymentId = uniqueId("dep")) => {
    const network = harness.network(deploymentId);
    await harness.driver.ensureNetwork(network);
    const spec = runSpec(harness, network, { kind: "serve" }, { address: network.addressOf(host) });
    await harness.driver.createInstance(spec);
    await harness.driver.startInstance(spec.instanceId);
    await ready(harness.driver, spec);
    return { spec, network };
  };

  /** Runs Python in a new instance of the deployment and returns what it printed. */
  const runInside = async (network: ReturnType<DriverHarness["network"]>, script: string, host: number): Promise<string> => {
    const spec = runSpec(harness, network, { kind: "serve" }, { address: network.addressOf(host), command: ["python", "-c", script] });
    await harness.driver.createInstance(spec);
    await harness.driver.startInstance(spec.instanceId);
    await ended(harness.driver, spec.instanceId);
    let text = "";
    for await (const line of harness.driver.logs(spec.instanceId, { follow: false })) text += `${line.text}\n`;
    return text.trim();
  };

  const reach = (address: string) =>
    `import socket\ntry:\n  socket.create_connection(("${address}", 5001), 2)\n  print("reached")\nexcept OSError as error:\n  print("refused", type(error).__name__)`;

  it("run without privileges: what the kernel says from inside", async () => {
    const { network } = await started();
    const script = `
import os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
def writes(path):
  try:
    open(path, "w").close()
    return True
  except OSError:
    return False
print(os.getuid(), os.getgid(), status["CapEff"], status["NoNewPrivs"], status["Seccomp"], writes("/x"), writes("/var/x"), writes("/tmp/x"), os.environ["HOME"])`;
    expect(await runInside(network, script, 20)).toBe("1001 1001 0000000000000000 1 2 False False True /tmp");
  });

  it("have their limits in the engine", async () => {
    const { spec } = await started();
    const { HostConfig, Config } = await engine().docker.getContainer(own.containerName(spec.instanceId)).inspect();
    expect(HostConfig).toMatchObject({
      NanoCpus: 500_000_000,
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      PidsLimit: 32,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Privileged: false,
      Init: true,
      RestartPolicy: { Name: "no" },
      PortBindings: {},
    });
    expect(Config.User).toBe("1001:1001");
  });

  it("cannot reach another deployment, nor a sibling", async () => {
    const { spec, network } = await started();
    const other = harness.network(uniqueId("dep"));
    await harness.driver.ensureNetwork(other);
    expect(await runInside(other, reach(spec.address), 10)).toMatch(/^refused/);
    expect(await runInside(network, reach(spec.address), 30)).toMatch(/^refused/);
  });

  it("do not inherit labels from an image that forges ours", async () => {
    const { spec } = await started();
    const { Config } = await engine().docker.getContainer(own.containerName(spec.instanceId)).inspect();
    expect(Object.values(Config.Labels)).not.toContain("forged");
  });

  it("are not taken for ours when only their labels say so", async () => {
    const { spec } = await started();
    const foreign = await engine().docker.createContainer({
      name: `forged-${harness.installation}`,
      Image: spec.image,
      Labels: { ...own.instanceLabels({ ...spec, instanceId: "ins_forged" }) },
    });
    const owned = await harness.driver.listOwned();
    expect(owned.instances.map(({ instanceId }) => instanceId)).not.toContain("ins_forged");
    await foreign.remove();
  });

  it("of another installation are not seen", async () => {
    const { spec } = await started();
    const other = createDockerHarness(engine(), spec.image);
    expect(await other.driver.listOwned()).toEqual({ instances: [], networks: [], volumes: [], images: [], inspectors: [] });
    expect(await other.driver.inspectInstance(spec.instanceId)).toBeNull();
  });
});

describe("docker driver without an engine", () => {
  it("says that it cannot be reached", async () => {
    const { createDockerDriver } = await import("./driver");
    const { systemClock } = await import("#server/kernel/clock");
    const driver = createDockerDriver({ socketPath: "/nonexistent/docker.sock", installation: "none", clock: systemClock });
    await expect(driver.listOwned()).rejects.toMatchObject({ name: "DriverError", kind: "unreachable" });
    await expect(driver.hostView()).rejects.toMatchObject({ kind: "unreachable" });
  });
});
