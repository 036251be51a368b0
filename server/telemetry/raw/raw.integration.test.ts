import { rename } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTelemetryWorld, requestRow, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { telemetryClient } from "../client";
import { openDuck, restrict, withConnection } from "../duckdb";
import { createIngester } from "../ingest/ingester";
import { hourFolders, liveFiles } from "../parts";
import { hourMs, requestsDirectory } from "../paths";
import { compactHours } from "../retention/compact";
import { startQueryServer } from "./server";

const hour = Date.UTC(2026, 10, 23, 8);
let world: TelemetryWorld;
let stop: () => Promise<void>;
let socket: string;
beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_1", name: "diabetes", createdAt: hour, deployments: ["blue"] });
  const rows = Array.from({ length: 300 }, (_, index) =>
    requestRow({ startedAt: hour + index * 60_000, deployment: index % 3 === 0 ? "green" : "blue", status: index % 10 === 0 ? 424 : 200, totalMs: index }),
  );
  await world.spool(hour, 1, [
    ...rows,
    requestRow({ startedAt: hour + 1, endpoint: "other" }),
    requestRow({ startedAt: hour + 299 * 60_000 + 1, mirrored: true }),
  ]);
  await createIngester({ ...world, log: silent }).pass();
  const duck = await openDuck({ memoryMib: 128, threads: 1, temporaryDirectory: path.join(world.home, "tmp") });
  await restrict(duck, requestsDirectory(world.home));
  socket = path.join(world.home, "run", "telemetry-query.sock");
  const server = await startQueryServer({ home: world.home, duck, timeoutMs: 5000 }, socket, silent);
  stop = () =>
    new Promise((resolve) => {
      server.close(() => {
        duck.closeSync();
        resolve();
      });
    });
});
afterEach(async () => {
  await stop();
  await world.close();
});

const range = { endpoint: "Diabetes", since: hour, until: hour + 24 * hourMs };

describe("raw requests over the query worker's socket", () => {
  it("come newest first over hours, filtered, without mirrored copies or other endpoints", async () => {
    const client = telemetryClient(socket);
    const newest = await client.recentRequests({ ...range, limit: 120 });
    expect(newest.requests.map((row) => row.totalMs)).toEqual(Array.from({ length: 120 }, (_, index) => 299 - index));
    expect(newest.complete).toBe(false);
    const failed = await client.recentRequests({ ...range, deployment: "green", status: "failed", minTotalMs: 100 });
    expect(failed.requests.map((row) => row.totalMs)).toEqual([270, 240, 210, 180, 150, 120]);
    expect(failed.complete).toBe(true);
    expect((await client.recentRequests({ ...range, since: hour + 298 * 60_000 })).requests).toHaveLength(2);
  });

  it("are found by id in their own hour, and only under their own endpoint", async () => {
    const client = telemetryClient(socket);
    const [row] = (await client.recentRequests({ ...range, limit: 1 })).requests;
    const requestId = row?.requestId ?? "";
    expect(await client.requestById({ endpoint: "diabetes", since: hour, requestId })).toEqual(row);
    expect(await client.requestById({ endpoint: "other", since: hour, requestId })).toBeNull();
    expect(await client.requestById({ endpoint: "diabetes", since: hour, requestId: "' OR 1=1 --" })).toBeNull();
  });

  it("of before a column existed are read beside those that have it, and merged with them", async () => {
    const grpcOf = async (since: number) =>
      (await telemetryClient(socket).recentRequests({ ...range, since, limit: 200 })).requests.map(({ grpcStatus }) => grpcStatus);
    const [old] = await hourFolders(world.home, hour, hour + 1);
    const [part = ""] = await liveFiles(old?.directory ?? "");
    const file = path.join(old?.directory ?? "", part);
    await withConnection(world.duck, async (connection) => {
      await connection.run(`COPY (SELECT * EXCLUDE "grpcStatus" FROM read_parquet('${file}')) TO '${file}.old' (FORMAT parquet)`);
    });
    await rename(`${file}.old`, file);
    expect(new Set(await grpcOf(hour))).toEqual(new Set([-1]));
    await world.spool(hour + 2, 2, [requestRow({ startedAt: hour + 30_000, grpcStatus: 8 })]);
    await createIngester({ ...world, log: silent }).pass();
    const client = telemetryClient(socket);
    const firstMinute = async () => (await client.recentRequests({ ...range, until: hour + 60_000 })).requests.map(({ grpcStatus }) => grpcStatus);
    expect(await firstMinute()).toEqual([8, -1]);
    expect(await compactHours({ ...world, now: hour + 10 * hourMs })).toBeGreaterThan(0);
    expect(await firstMinute()).toEqual([8, -1]);
  });

  it("are said to be unavailable when the worker is away, and wrong input never breaks it", async () => {
    await expect(telemetryClient(`${socket}.none`).recentRequests(range)).rejects.toMatchObject({ kind: "unavailable", code: "telemetry.unavailable" });
    await expect(telemetryClient(socket).recentRequests({ ...range, limit: 100_000 })).rejects.toMatchObject({ code: "telemetry.unavailable" });
    expect((await telemetryClient(socket).recentRequests({ ...range, endpoint: "'; DROP TABLE x; --" })).requests).toEqual([]);
  });

  it("live behind an engine that reads nothing else and cannot be opened again", async () => {
    const duck = await openDuck({ memoryMib: 64, threads: 1, temporaryDirectory: path.join(world.home, "tmp2") });
    await restrict(duck, requestsDirectory(world.home));
    await withConnection(duck, async (connection) => {
      await expect(connection.run("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(/permission|disabled/i);
      await expect(connection.run("SET enable_external_access = true")).rejects.toThrow();
    });
    duck.closeSync();
  });
});
