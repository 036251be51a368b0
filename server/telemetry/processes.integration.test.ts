import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freePort } from "#server/testing/free-ports";
import { createTelemetryWorld, requestRow, type TelemetryWorld } from "#server/testing/telemetry-world";
import { telemetryClient } from "./client";

const root = fileURLToPath(new URL("../../", import.meta.url));
let world: TelemetryWorld;
let children: ChildProcess[] = [];
beforeEach(async () => {
  world = await createTelemetryWorld();
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  children = [];
  await world.close();
});

function start(name: string, port: number): ChildProcess {
  const env = {
    PATH: path.dirname(process.execPath),
    SLUICE_HOME: world.home,
    SLUICE_ID: "test01",
    DATABASE_URL: world.databaseUrl,
    SLUICE_INGESTER_PORT: String(port),
  };
  const child = spawn(process.execPath, ["--import", "tsx", `server/processes/${name}.ts`], {
    cwd: root,
    env: { ...env, NODE_ENV: "test" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<number | null> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [code] = (await exited) as [number | null];
  return code;
}

const health = async (port: number): Promise<{ rows: number }> => (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { rows: number };

describe("ingester and query worker as processes", () => {
  it("take a spool while running, survive SIGKILL without counting twice, answer reads, and end tidily on SIGTERM", async () => {
    const now = Date.now();
    await world.endpoint({ id: "ep_1", name: "diabetes", createdAt: now - 1000, deployments: ["blue"] });
    const port = await freePort();
    const first = start("ingester", port);
    const worker = start("query-worker", port);
    await world.spool(
      now,
      1,
      Array.from({ length: 20 }, (_, index) => requestRow({ startedAt: now + index })),
    );
    await vi.waitFor(async () => expect((await health(port)).rows).toBe(20), { timeout: 20_000, interval: 100 });
    first.kill("SIGKILL");
    await once(first, "exit");
    await world.spool(
      now + 5000,
      2,
      Array.from({ length: 5 }, (_, index) => requestRow({ startedAt: now + 5000 + index })),
    );
    const second = start("ingester", port);
    await vi.waitFor(async () => expect((await health(port)).rows).toBe(5), { timeout: 20_000, interval: 100 });
    const [counted] = await world.db.query<{ count: number }>("SELECT sum(count)::int AS count FROM metric_minute");
    expect(counted?.count).toBe(25);
    const client = telemetryClient(path.join(world.home, "run", "telemetry-query.sock"));
    const read = await vi.waitFor(() => client.recentRequests({ endpoint: "diabetes", since: now - 1000, until: now + 60_000 }), {
      timeout: 20_000,
      interval: 100,
    });
    expect(read.requests).toHaveLength(25);
    expect(await Promise.all([end(second), end(worker)])).toEqual([0, 0]);
    await expect(readFile(path.join(world.home, "run", "telemetry-query.sock"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
