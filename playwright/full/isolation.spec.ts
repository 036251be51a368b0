import { networkInterfaces } from "node:os";
import type Docker from "dockerode";
import type { Engine } from "../fixtures/engine";
import { listeningPorts, scanProgram } from "../fixtures/listening";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

const hostAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === "IPv4" && !one.internal ? [one.address] : []));

async function scan(engine: Engine, container: Docker.Container, addresses: readonly string[], ports: readonly number[]): Promise<readonly string[]> {
  const output = await engine.exec(container, ["python", "-c", scanProgram(addresses, ports)]);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "[]") as string[];
}

test("from inside a scoring container nothing of this host but the gateway can be reached", async ({ world }) => {
  const { api, engine, product } = world;
  const endpoint = await world.serve("inside", { blue: 100 });
  const [instance] = (await api.deployment(endpoint, "blue")).instances;
  const container = engine.instance(instance?.id ?? "");
  const ports = listeningPorts();
  expect(ports).toContain(product.gatewayPort);
  const reached = await scan(engine, container, hostAddresses(), ports);
  expect(reached.length).toBeGreaterThan(0);
  expect(reached.filter((one) => !one.endsWith(`:${String(product.gatewayPort)}`))).toEqual([]);
  expect(await scan(engine, container, ["169.254.169.254"], [80])).toEqual([]);
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
  const endpoint = await world.serve("ghost", { alpha: 100 });
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
