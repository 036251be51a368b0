import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTestEngine, reapInstallation } from "#server/testing/engine";
import { ensureGatewayContainer, gatewayContainerName, stopGatewayContainer, type GatewayContainerOptions } from "./gateway-container";

const search = await findTestEngine();
const installationId = `t${process.pid.toString(36)}gw`;
const gatewayUser = 1000;
const port = 20_000 + (process.pid % 10_000);

/** What the agent would have written: without its settings the real one stays away, and the proxy serves from its folder alone. */
const configuration = (modelPort: number): string => `global
  stats socket /var/lib/sluice-gateway/admin.sock mode 600 level admin expose-fd listeners
  hard-stop-after 10m
defaults
  mode http
  timeout client 120s
  timeout server 120s
  timeout connect 2s
frontend callers
  bind 127.0.0.1:${String(port)}
  default_backend model
backend model
  server one 127.0.0.1:${String(modelPort)}
`;

async function eventually<T>(what: string, look: () => Promise<T | null | false>): Promise<T> {
  for (let round = 0; round < 600; round += 1) {
    const found = await look();
    if (found !== null && found !== false) return found;
    await delay(100);
  }
  throw new Error(`waited 60 s for ${what}`);
}

/** A call by a connection of its own: the status, or why there was none. */
const call = (at: string): Promise<number | string> =>
  new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, path: at, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", (error) => resolve(error.message));
    });
    request.on("error", (error) => resolve(error.message));
  });

/** Calls without a pause until it is told to stop; everything that was answered with something else than 200. */
function startLoad(): () => Promise<{ readonly answered: number; readonly failed: readonly (number | string)[] }> {
  const over = new AbortController();
  const outcomes: (number | string)[] = [];
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) outcomes.push(await call("/"));
  };
  const callers = [caller(), caller(), caller(), caller()];
  return async () => {
    over.abort();
    await Promise.all(callers);
    return { answered: outcomes.length, failed: outcomes.filter((outcome) => outcome !== 200) };
  };
}

describe.skipIf(search.engine === null)("the gateway's container", () => {
  const engine = () => {
    if (search.engine === null) throw new Error(search.reason);
    return search.engine;
  };
  let folder = "";
  let answerSlow: () => void = () => undefined;
  let slowArrived = false;
  const model = http.createServer((request, response) => {
    if (request.url !== "/slow") response.end("ok");
    else {
      slowArrived = true;
      answerSlow = () => response.end("late");
    }
  });
  const options = (settings: string, image = engine().images.gateway): GatewayContainerOptions => ({
    socketPath: engine().socketPath,
    installationId,
    image,
    directory: path.join(folder, "gateway"),
    apiDirectory: path.join(folder, "api"),
    settings,
    user: `${String(gatewayUser)}:${String(gatewayUser)}`,
    privilegedPort: false,
  });
  const gateways = async () => {
    const found = await engine().docker.listContainers({ all: true, filters: { label: [`io.sluice.installation=${installationId}`] } });
    return found.map(({ Id, Names, State }) => ({ id: Id, name: (Names[0] ?? "").slice(1), state: State })).toSorted((a, b) => a.name.localeCompare(b.name));
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-handover-"));
    chmodSync(folder, 0o755);
    await new Promise<void>((resolve) => model.listen(0, "127.0.0.1", resolve));
    const address = model.address();
    for (const name of ["api", "gateway", "gateway/current"]) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, "gateway/current/haproxy.cfg"), configuration(typeof address === "object" && address !== null ? address.port : 0));
    for (const name of ["api", "gateway", "gateway/current"]) chownSync(path.join(folder, name), gatewayUser, gatewayUser);
  });
  afterAll(async () => {
    await reapInstallation(engine().docker, installationId);
    model.closeAllConnections();
    model.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is replaced without a lost call: new connections meet the new one, and what is under way ends at the old one", async () => {
    expect(await ensureGatewayContainer(options("one"))).toBe("created");
    await eventually("the first gateway", async () => (await call("/")) === 200);
    const stopLoad = startLoad();
    const slow = call("/slow");
    await eventually("the slow call", () => Promise.resolve(slowArrived));
    const [old] = await gateways();

    expect(await ensureGatewayContainer(options("two"))).toBe("replaced");
    const both = await gateways();
    expect(both.map(({ name, state }) => ({ name, state }))).toEqual([
      { name: gatewayContainerName(installationId), state: "running" },
      { name: expect.stringContaining("-retired-") as string, state: "running" },
    ]);
    expect(both[1]?.id).toBe(old?.id);
    expect(await ensureGatewayContainer(options("two"))).toBe("adopted");

    answerSlow();
    expect(await slow).toBe(200);
    await eventually("the old gateway's end", async () => (await gateways()).length === 1);
    expect((await gateways())[0]?.id).not.toBe(old?.id);
    const { answered, failed } = await stopLoad();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  });

  it("stays what it was when the one that is to replace it does not serve", async () => {
    const [before] = await gateways();
    const stopLoad = startLoad();
    await expect(ensureGatewayContainer(options("three", engine().images.python))).rejects.toThrow("the new gateway does not serve, so the one before goes on");
    expect(await gateways()).toEqual([before]);
    const { HostConfig } = await engine().docker.getContainer(gatewayContainerName(installationId)).inspect();
    expect(HostConfig.RestartPolicy).toMatchObject({ Name: "unless-stopped" });
    expect((await stopLoad()).failed).toEqual([]);
    await stopGatewayContainer(engine().socketPath, installationId, 10);
    expect((await gateways()).map(({ state }) => state)).toEqual(["exited"]);
  });
});
