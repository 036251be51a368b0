import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "./apt.mjs";
import { removeStaleBridges } from "./stale-bridges.mjs";
import { testDocker } from "./testing.mjs";

const docker = process.getuid?.() === 0 ? await testDocker() : undefined;
const supernet = "10.254.64.0/20";
const number = process.pid.toString(16).padStart(8, "0");
const bridges = [
  { name: `br-0000${number}`, address: "10.254.64.1/26" },
  { name: `br-0001${number}`, address: "10.254.65.1/26" },
  { name: `br-0002${number}`, address: "10.254.96.1/26" },
];
const [left, busy, elsewhere] = bridges.map(({ name }) => name);
const port = `slport${process.pid % 100_000}`;

/** @param {string[]} args */
async function ip(...args) {
  const { code, output } = await run("ip", args);
  expect(code, output).toBe(0);
  return output;
}

describe.skipIf(!docker)("bridges of an engine that is gone", () => {
  const engine = /** @type {import("dockerode")} */ (docker);
  /** @type {import("dockerode").Network} */
  let network;

  beforeAll(async () => {
    for (const { name, address } of bridges) {
      await ip("link", "add", name, "type", "bridge");
      await ip("address", "add", address, "dev", name);
    }
    await ip("link", "add", port, "type", "veth", "peer", "name", `${port}p`);
    await ip("link", "set", port, "master", busy);
    network = await engine.createNetwork({ Name: `sluice-stale-${process.pid}`, IPAM: { Config: [{ Subnet: "10.254.66.0/26" }] } });
  });
  afterAll(async () => {
    await network?.remove();
    for (const name of [port, ...bridges.map(({ name }) => name)]) await run("ip", ["link", "delete", name]);
  });

  it("are removed where they hold the installation's addresses, and those that are in use or others' stay", async () => {
    const networks = await engine.listNetworks();
    expect(await removeStaleBridges(supernet, networks)).toEqual([left]);
    const names = JSON.parse(await ip("-json", "link")).map((/** @type {{ ifname: string }} */ { ifname }) => ifname);
    expect(names).not.toContain(left);
    expect(names).toEqual(expect.arrayContaining([busy, elsewhere, `br-${network.id.slice(0, 12)}`]));
    expect(await removeStaleBridges(supernet, networks)).toEqual([]);
  });
});
