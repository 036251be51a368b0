import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "./apt.mjs";
import { applyFirewall, chainNames, removeFirewall, renderRules } from "./firewall.mjs";
import { ensureImages } from "./images.mjs";
import { root, runToEnd, testDocker, until } from "./testing.mjs";

const docker = process.getuid?.() === 0 ? await testDocker() : undefined;
const id = `t${process.pid}`;
const supernet = "10.254.128.0/20";

describe("the packet filter's text", () => {
  it("drops all but answers and the allowed ports, and metadata addresses", () => {
    expect(renderRules({ id: "x", allowPorts: [8443] }).split("\n")).toEqual([
      "*filter",
      ":SLUICE-x - [0:0]",
      ":SLUICE-x-F - [0:0]",
      "-A SLUICE-x -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
      "-A SLUICE-x -p tcp --dport 8443 -j RETURN",
      "-A SLUICE-x -j DROP",
      "-A SLUICE-x-F -d 169.254.0.0/16 -j DROP",
      "COMMIT",
      "",
    ]);
  });

  it("refuses an id that cannot name a chain", () => {
    expect(() => chainNames("a b")).toThrow("cannot name a chain");
    expect(() => chainNames("x".repeat(21))).toThrow("cannot name a chain");
  });
});

describe.skipIf(!docker)("the packet filter in force", () => {
  const engine = /** @type {import("dockerode")} */ (docker);
  /** @type {string} */
  let home;
  /** @type {string} */
  let image;
  /** @type {{ server: http.Server, port: number }[]} */
  const listeners = [];
  const networks = [
    { name: `sluice-${id}-a`, subnet: "10.254.128.0/26", gateway: "10.254.128.1" },
    { name: `sluice-${id}-b`, subnet: "10.254.128.64/26", gateway: "10.254.128.65" },
  ];

  beforeAll(async () => {
    home = mkdtempSync(path.join(os.tmpdir(), "firewall-"));
    image = (await ensureImages({ docker: engine, root, home })).pythonBase;
    for (const { name, subnet, gateway } of networks) await engine.createNetwork({ Name: name, IPAM: { Config: [{ Subnet: subnet, Gateway: gateway }] } });
    for (let count = 0; count < 2; count += 1) {
      const server = http.createServer((_request, response) => response.end("host"));
      await new Promise((resolve) => server.listen(0, "0.0.0.0", () => resolve(undefined)));
      listeners.push({ server, port: /** @type {import("node:net").AddressInfo} */ (server.address()).port });
    }
  });
  afterAll(async () => {
    await removeFirewall({ id });
    for (const { server } of listeners) server.close();
    for (const { name } of networks) await engine.getNetwork(name).remove();
    rmSync(home, { recursive: true, force: true });
  });

  /** Which of the addresses a container on the first network can connect to. @param {string[]} targets */
  async function reachable(targets) {
    const script =
      "import socket, sys\nfor target in sys.argv[1:]:\n    host, port = target.split(':')\n    try:\n        socket.create_connection((host, int(port)), 1).close()\n        print(target)\n    except OSError:\n        pass\n";
    const { output } = await runToEnd(engine, {
      Image: image,
      Cmd: ["python", "-c", script, ...targets],
      HostConfig: { NetworkMode: networks[0]?.name ?? "" },
    });
    return output.split("\n").filter(Boolean);
  }
  const ownAddresses = () =>
    Object.values(os.networkInterfaces())
      .flat()
      .filter((address) => address?.family === "IPv4" && !address.internal)
      .map((address) => address?.address ?? "");

  it("lets containers reach only the allowed port, at every address of the host", async () => {
    const [allowed, other] = listeners.map(({ port }) => port);
    const addresses = ownAddresses().filter((address) => !address.startsWith("10.254.128.64"));
    const targets = addresses.flatMap((address) => [`${address}:${allowed}`, `${address}:${other}`]);
    expect((await reachable(targets)).sort()).toEqual([...targets].sort());
    const rules = { id, supernet, allowPorts: [allowed ?? 0] };
    expect(await applyFirewall(rules)).toEqual({ applied: true, reason: "" });
    expect((await reachable(targets)).sort()).toEqual(targets.filter((target) => target.endsWith(`:${allowed}`)).sort());
    // Once more changes nothing.
    const before = (await run("iptables-save", ["-t", "filter"])).output.split("\n").filter((line) => line.includes(`SLUICE-${id}`) && line.startsWith("-A"));
    await applyFirewall(rules);
    const after = (await run("iptables-save", ["-t", "filter"])).output.split("\n").filter((line) => line.includes(`SLUICE-${id}`) && line.startsWith("-A"));
    expect(after).toEqual(before);
  });

  it("lets the host reach its containers, and keeps bridges and metadata apart from them", async () => {
    await applyFirewall({ id, supernet, allowPorts: [] });
    const server = await engine.createContainer({
      Image: image,
      Cmd: ["python", "-m", "http.server", "8000"],
      HostConfig: { NetworkMode: networks[1]?.name ?? "" },
    });
    try {
      await server.start();
      const address = (await server.inspect()).NetworkSettings.Networks[networks[1]?.name ?? ""]?.IPAddress ?? "";
      await until(async () => (await fetch(`http://${address}:8000/`)).ok, 10_000, "the container's answer to the host");
      expect(await reachable([`${address}:8000`, "169.254.169.254:80"])).toEqual([]);
      const { output } = await run("iptables", ["-w", "10", "-nvxL", chainNames(id).forward]);
      const dropped = Number(/^\s*(\d+).*169\.254\.0\.0\/16/m.exec(output)?.[1] ?? 0);
      expect(dropped).toBeGreaterThan(0);
    } finally {
      await server.remove({ force: true });
    }
  });

  it("takes over the addresses of an installation that is gone", async () => {
    const gone = `g${process.pid}`;
    await applyFirewall({ id: gone, supernet });
    await applyFirewall({ id, supernet });
    const jumps = (await run("iptables-save", ["-t", "filter"])).output.split("\n").filter((line) => line.includes(`-s ${supernet} `));
    expect(jumps.map((line) => line.split(" ").at(-1)).sort()).toEqual([chainNames(id).input, chainNames(id).forward].sort());
    await removeFirewall({ id: gone });
  });

  it("is removed without a trace", async () => {
    expect(await removeFirewall({ id })).toBe(true);
    expect((await run("iptables-save", ["-t", "filter"])).output).not.toContain(`SLUICE-${id}`);
    expect(await removeFirewall({ id })).toBe(false);
  });
});
