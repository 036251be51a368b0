import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import type Docker from "dockerode";
import type { Engine } from "../fixtures/engine";
import { listeningPorts, ownGateway, scanProgram } from "../fixtures/listening";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

const metadataAddress = "169.254.169.254";

const hostAddresses = (): readonly string[] => [
  ownGateway,
  ...Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === "IPv4" && !one.internal ? [one.address] : [])),
];

const found = (output: string): readonly string[] => JSON.parse(output.trim().split("\n").at(-1) ?? "[]") as string[];

async function scan(engine: Engine, container: Docker.Container, addresses: readonly string[], ports: readonly number[]): Promise<readonly string[]> {
  return found(await engine.exec(container, ["python", "-c", scanProgram(addresses, ports)]));
}

/** Ports of this host during `use`, one of which certainly listens on every address: only the packet filter can hide it. */
async function withOpenDoor<T>(use: (ports: readonly number[]) => Promise<T>): Promise<T> {
  const door = createServer((socket) => socket.destroy()).listen(0, "0.0.0.0");
  await once(door, "listening");
  try {
    return await use(listeningPorts());
  } finally {
    door.close();
  }
}

/** Packets to metadata addresses that our chain dropped so far: nothing answers there on most machines, so silence alone proves nothing. */
async function droppedMetadataPackets(installationId: string): Promise<number> {
  const { stdout } = await promisify(execFile)("iptables", ["-w", "10", "-nvxL", `SLUICE-${installationId}-F`]);
  const rule = stdout.split("\n").find((line) => line.includes("169.254.0.0/16") && line.includes("DROP"));
  if (rule === undefined) throw new Error(`no rule drops metadata addresses:\n${stdout}`);
  return Number(rule.trim().split(/\s+/)[0]);
}

test("from inside a scoring container nothing of this host but the gateway can be reached", async ({ world }) => {
  const { api, engine, product } = world;
  const endpoint = await world.serve("inside", { blue: 100 });
  const [instance] = (await api.deployment(endpoint, "blue")).instances;
  const container = engine.instance(instance?.id ?? "");
  const reached = await withOpenDoor((ports) => scan(engine, container, hostAddresses(), ports));
  expect(reached.length).toBeGreaterThan(0);
  expect(reached.filter((one) => !one.endsWith(`:${String(product.gatewayPort)}`))).toEqual([]);
  const droppedBefore = await droppedMetadataPackets(product.installationId);
  expect(await scan(engine, container, [metadataAddress], [80])).toEqual([]);
  expect(await droppedMetadataPackets(product.installationId)).toBeGreaterThan(droppedBefore);
});

/**
 * Builds run code of whoever writes the environment: setup scripts of packages, and the ONBUILD instructions of a base image that the environment
 * names. The latter needs no package index under our control, so it is how this build scans.
 */
test("from inside a build nothing of this host but the gateway can be reached", async ({ world }) => {
  const { api, engine, product } = world;
  const image = `sluice-test-${product.installationId}-scan:${String(Date.now())}`;
  const droppedBefore = await droppedMetadataPackets(product.installationId);
  const lines = await withOpenDoor(async (ports) => {
    const program = (addresses: readonly string[], wanted: readonly number[]) => Buffer.from(scanProgram(addresses, wanted)).toString("base64");
    const run = (text: string) => `echo ${text} | base64 -d | python - | sed 's/^/reached: /'`;
    // Ends as a failure, since what comes after the scan (installing packages) is not what is tested.
    const steps = [run(program(hostAddresses(), ports)), run(program([metadataAddress], [80])), "exit 3"];
    await engine.buildImage(image, `FROM ${await engine.inferenceImage()}\nONBUILD RUN ${steps.join("; ")}\n`);
    try {
      const { build } = await api.createEnvironment({ name: "scanning", image, requirements: "six", build: true });
      const id = build?.id ?? "";
      const ended = await until("the build to end", async () => {
        const state = await api.build(id);
        return state.state === "Failed" || state.state === "Succeeded" ? state : null;
      }, { limitMs: 120_000 }); // prettier-ignore
      expect(ended.reason, ended.message ?? "").toBe("BuildFailed");
      return (await api.buildLog(id)).lines.map(({ text }) => text);
    } finally {
      await engine.docker.getImage(image).remove();
    }
  });
  const [host, metadata] = lines.filter((line) => line.startsWith("reached: ")).map((line) => found(line.slice("reached: ".length)));
  if (host === undefined || metadata === undefined) throw new Error(`the build did not scan:\n${lines.join("\n")}`);
  expect(host.length).toBeGreaterThan(0);
  expect(host.filter((one) => !one.endsWith(`:${String(product.gatewayPort)}`))).toEqual([]);
  expect(metadata).toEqual([]);
  expect(await droppedMetadataPackets(product.installationId)).toBeGreaterThan(droppedBefore);
});

test("instances of different deployments cannot reach each other", async ({ world }) => {
  const { api, engine } = world;
  const endpoint = await world.serve("walls", { blue: 100, green: 0 });
  const [blue, green] = await Promise.all(["blue", "green"].map(async (name) => (await api.deployment(endpoint, name)).instances[0]));
  if (blue?.address == null || green?.address == null) throw new Error("the instances have no addresses");
  expect(await scan(engine, engine.instance(blue.id), [green.address], [5001])).toEqual([]);
  expect(await scan(engine, engine.instance(green.id), [blue.address], [5001])).toEqual([]);
  expect(await scan(engine, engine.instance(blue.id), ["127.0.0.1"], [5001])).toEqual(["127.0.0.1:5001"]);
});

test("no request for a deployment reaches another that started when it died", async ({ world }) => {
  const { api, engine } = world;
  const endpoint = await world.serve("ghost", { alpha: 100 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const load = scorer.startLoad(50);
  await load.more(50);
  const [instance] = (await api.deployment(endpoint, "alpha")).instances;
  await engine.killInstance(instance?.id ?? "");
  const other = await world.serve("heir", { beta: 100 });
  expect((await (await world.scorer(other)).score()).deployment).toBe("beta");
  await until(
    "alpha to be ready again",
    async () => (await api.deployment(endpoint, "alpha")).instances.some(({ id, ready }) => ready && id !== instance?.id),
    { limitMs: 60_000 },
  );
  await load.more(50);
  const served = (await load.stop()).filter(({ status }) => status === 200);
  const markers = new Set(served.map(({ body }) => (JSON.parse(body) as { marker: string }).marker));
  expect([...markers]).toEqual(["alpha"]);
});

test("a container with little has little: no root, no capabilities, nothing to write but its own scratch", async ({ world }) => {
  const { api, engine } = world;
  const endpoint = await world.serve("poor", { blue: 100 });
  const [instance] = (await api.deployment(endpoint, "blue")).instances;
  const { HostConfig, Config, Mounts } = await engine.instance(instance?.id ?? "").inspect();
  expect(Config.User).not.toMatch(/^(|0|root)(:|$)/);
  expect(HostConfig.CapDrop).toEqual(["ALL"]);
  expect(JSON.stringify(HostConfig.SecurityOpt)).toContain("no-new-privileges");
  expect(HostConfig.PidsLimit).toBeGreaterThan(0);
  expect(Mounts.filter(({ RW }) => RW)).toEqual([]);
  expect(HostConfig.NetworkMode).not.toMatch(/^(host|bridge|default)$/);
});
