import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RoutingRevision } from "#server/domain/routing/types";
import { gatewayApiPaths } from "#server/gateway-api/protocol";
import { newId } from "#server/kernel/ids";
import { buildDeployment, buildEndpoint, buildEnvironmentVersion, buildWorkspace, deploymentSpec } from "#server/testing/builders";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { freePort } from "#server/testing/free-ports";

const root = fileURLToPath(new URL("../..", import.meta.url));
const token = randomBytes(32).toString("hex");
const gatewayId = "gw_local";
let database: TestDatabase;
let home: string;
let child: ChildProcess;
let port: number;

async function until<T>(what: string, look: () => Promise<T | null | false>, limitMs = 30_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await look().catch(() => null);
    if (seen !== null && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const get = (url: string) => fetch(url).then(async (response) => ({ status: response.status, text: await response.text() }));

function call(method: string, target: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath: path.join(home, "run/gateway/api.sock"),
        method,
        path: target,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      },
      (response) => {
        let text = "";
        response.on("data", (piece: Buffer) => (text += piece.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The smallest agent: takes every revision and acknowledges it at once. */
async function runAgent(signal: AbortSignal): Promise<void> {
  let applied = -1;
  await call("POST", gatewayApiPaths.hello, { gatewayId, name: "local", proxyVersion: "3.4", address: "127.0.0.1:8443" });
  while (!signal.aborted) {
    const { status, text } = await call("GET", `${gatewayApiPaths.routing}?after=${String(applied)}&waitMs=5000`);
    if (status !== 200) continue;
    const revision = JSON.parse(text) as RoutingRevision;
    applied = revision.revision;
    await call("POST", gatewayApiPaths.acknowledgements, { gatewayId, revision: applied, outcome: "applied", appliedAt: Date.now(), digest: "", reason: "" });
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  home = mkdtempSync(path.join(os.tmpdir(), "sluice-control-"));
  for (const folder of ["secrets", "run", "artifacts", "telemetry"]) mkdirSync(path.join(home, folder));
  writeFileSync(path.join(home, "secrets/gateway.token"), token, { mode: 0o600 });
  writeFileSync(path.join(home, "secrets/master.key"), randomBytes(32).toString("hex"), { mode: 0o600 });
  port = await freePort();
  child = spawn(process.execPath, ["--import", "tsx", "server/processes/control-plane.ts"], {
    cwd: root,
    env: {
      ...process.env,
      SLUICE_HOME: home,
      SLUICE_ID: "test1",
      DATABASE_URL: database.url,
      SLUICE_COMPUTE: "sim",
      SLUICE_CONTROL_PORT: String(port),
      SLUICE_INITIALIZER_IMAGE: "example/initializer:1",
      SLUICE_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  await until("health", async () => (await get(`http://127.0.0.1:${String(port)}/health`)).status === 200);
});

afterAll(async () => {
  child.kill("SIGKILL");
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

it("deploys, carries every change of weights to a gateway quickly, shows its metrics, and ends tidily when asked", async () => {
  const { store } = database;
  const workspace = await buildWorkspace(store);
  const endpoint = await buildEndpoint(store, workspace.id);
  const environment = await buildEnvironmentVersion(store, workspace.id);
  const spec = deploymentSpec({ environmentVersionId: environment.id });
  const agent = new AbortController();
  const agentDone = runAgent(agent.signal).catch(() => undefined);
  for (const name of ["blue", "green"]) {
    const row = await buildDeployment(store, endpoint, { name, spec });
    await store.changes.append("deployment", row.id);
    await until(`${name} ready`, async () => (await store.deployments.findById(row.id))?.provisioningState === "Succeeded");
  }
  const latencies: number[] = [];
  for (let turn = 1; turn <= 40; turn += 1) {
    const seen = await store.endpoints.findById(endpoint.id);
    if (seen === null) throw new Error("the endpoint vanished");
    const id = newId("operation");
    const traffic = { blue: 100 - turn, green: turn };
    await store.transaction(async (session) => {
      await session.endpoints.updateSpecIfGeneration(endpoint.id, seen.generation, { ...seen.spec, traffic });
      await session.trafficChanges.insert({
        id,
        endpointId: endpoint.id,
        generation: seen.generation + 1,
        before: seen.spec.traffic,
        after: traffic,
        actorId: "usr",
        actorName: "Ada",
        createdAt: Date.now(),
      });
      await session.changes.append("traffic", endpoint.id);
    });
    const committedAt = Date.now();
    const appliedAt = await until("receipt", async () => (await store.trafficChanges.listByEndpoint(endpoint.id, 1))[0]?.appliedAt ?? null, 3000);
    latencies.push(appliedAt - committedAt);
  }
  latencies.sort((a, b) => a - b);
  expect(latencies.at(-1)).toBeLessThan(3000);
  expect((await store.routing.findNewest())?.document.endpoints[0]?.weights).toEqual({ blue: 60, green: 40 });

  expect((await get(`http://127.0.0.1:${String(port)}/metrics`)).text).toContain('sluice_passes_total{loop="traffic",outcome="done"}');
  agent.abort();
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const askedAt = Date.now();
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(5000);
  await agentDone;
  expect(existsSync(path.join(home, "run/gateway/api.sock"))).toBe(false);
  expect(await store.leases.acquire("control-plane", "successor", 1000)).not.toBeNull();
  console.info(`apply to acknowledged: p50 ${String(latencies[20])} ms, worst ${String(latencies.at(-1))} ms`);
});
