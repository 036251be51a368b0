import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { holderOf, isFree, portProblems, wantedPorts } from "./ports.mjs";

/** @type {net.Server[]} */
const servers = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen() {
  const server = net.createServer();
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

describe("a busy port", () => {
  it("is named with its process, the variable and a port that is free", async () => {
    const port = await listen();
    expect(await isFree(port)).toBe(false);
    expect(holderOf(port)).toContain(`(process ${process.pid})`);
    const wanted = { port, host: "127.0.0.1", variable: "SLUICE_CONTROL_PORT", what: "The control plane" };
    const [problem] = await portProblems([wanted, { ...wanted, variable: "SLUICE_INGESTER_PORT" }]);
    expect(problem).toMatch(new RegExp(`^The control plane wants port ${port}, which .+ \\(process ${process.pid}\\) uses`));
    expect(await isFree(Number(/SLUICE_CONTROL_PORT=(\d+)$/.exec(problem)?.[1]))).toBe(true);
  });

  it("gets another suggestion than its neighbour", async () => {
    const ports = [await listen(), await listen()];
    const problems = await portProblems(ports.map((port) => ({ port, host: "127.0.0.1", variable: "PORT", what: "It" })));
    const suggested = problems.map((problem) => Number(/PORT=(\d+)$/.exec(problem)?.[1]));
    expect(new Set([...ports, ...suggested]).size).toBe(4);
  });
});

it("tells an address that is not this machine's from a busy port", async () => {
  const wanted = { port: 4000, host: "192.0.2.1", variable: "SLUICE_STUDIO_PORT", hostVariable: "SLUICE_STUDIO_HOST", what: "The studio" };
  expect(await portProblems([wanted])).toEqual([expect.stringContaining("SLUICE_STUDIO_HOST is not an address of this machine: 192.0.2.1")]);
});

it("asks for every port of the installation, but not for those that its own gateway and database hold, nor for a database of somebody else's", () => {
  const place = { studioPort: 1, gatewayPort: 2, gatewayHttpPort: 3, postgresPort: 4, controlPort: 5, ingesterPort: 6, ownDatabase: false };
  const ports = (/** @type {object} */ changes, ours = (/** @type {number} */ _port) => false) =>
    wantedPorts({ ...place, ...changes }, ours).map(({ port }) => port);
  expect(ports({})).toEqual([1, 2, 3, 4, 5, 6]);
  expect(ports({ gatewayHttpPort: null, ownDatabase: true })).toEqual([1, 2, 5, 6]);
  expect(ports({}, (/** @type {number} */ port) => port === 2 || port === 4)).toEqual([1, 3, 5, 6]);
});
