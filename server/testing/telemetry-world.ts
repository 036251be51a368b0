import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import type { MirrorRecord } from "#server/domain/mirror/types";
import type { RequestRow } from "#server/domain/request-row/types";
import { uuidV7 } from "#server/kernel/ids";
import { createLogger } from "#server/kernel/log";
import { openDb, type Db } from "#server/telemetry/db";
import type { SpoolKind } from "#server/telemetry/ingest/spool";
import { openDuck } from "#server/telemetry/duckdb";
import { createTestDatabase } from "./database";

export const silent = createLogger("test", "silent");

/** A data folder, a database and a DuckDB of one test's own. */
export interface TelemetryWorld {
  readonly home: string;
  readonly db: Db;
  readonly duck: DuckDBInstance;
  readonly databaseUrl: string;
  /** Writes one complete spool file of the gateway `gw_local`; returns its path. */
  spool(startedAt: number, seq: number, lines: readonly (RequestRow | MirrorRecord | string)[], kind?: SpoolKind): Promise<string>;
  /** An endpoint with deployments `dep_<name>` and colours in order. */
  endpoint(input: { id: string; name: string; createdAt: number; deletedAt?: number; workspaceId?: string; deployments?: readonly string[] }): Promise<void>;
  instance(input: {
    id: string;
    endpointId: string;
    deploymentId: string;
    startedAt: number;
    stoppedAt?: number;
    price?: number;
    type?: string;
    workspaceId?: string;
  }): Promise<void>;
  close(): Promise<void>;
}

/** A request row with every field filled. */
export function requestRow(overrides: Partial<RequestRow> & { readonly startedAt: number }): RequestRow {
  return {
    requestId: uuidV7(overrides.startedAt),
    clientRequestId: "",
    gatewayId: "gw_local",
    endpoint: "diabetes",
    deployment: "blue",
    instanceId: "ins_1",
    method: "POST",
    path: "/endpoints/diabetes/score",
    status: 200,
    modelStatus: 200,
    grpcStatus: -1,
    errorCode: "",
    queueMs: 1,
    connectMs: 0,
    modelMs: 10,
    totalMs: 12,
    requestBytes: 100,
    responseBytes: 50,
    keyName: "primary",
    subject: "",
    userAgent: "curl",
    pinned: false,
    mirrored: false,
    retries: 0,
    termination: "--",
    ...overrides,
  };
}

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

async function insertEndpoint(
  db: Db,
  { id, name, createdAt, deletedAt, workspaceId = "ws_1", deployments = [] }: Parameters<TelemetryWorld["endpoint"]>[0],
): Promise<void> {
  await db.query(
    `INSERT INTO endpoint (id, workspace_id, name, owner_id, spec, created_at, updated_at, deleted_at) VALUES ($1, $2, $3, 'usr_1', '{}', $4, $4, $5)`,
    [id, workspaceId, name, iso(createdAt), iso(deletedAt)],
  );
  for (const [color, deployment] of deployments.entries())
    await db.query(
      `INSERT INTO deployment (id, workspace_id, endpoint_id, name, color, spec, spec_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, '{"instanceType":"sluice.nano"}', 'h', $6, $6)`,
      [`dep_${id.replace("ep_", "")}_${deployment}`, workspaceId, id, deployment, color, iso(createdAt)],
    );
}

/** A fresh world; close it when done. */
export async function createTelemetryWorld(): Promise<TelemetryWorld> {
  const home = await mkdtemp(path.join(tmpdir(), "sluice-telemetry-"));
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const duck = await openDuck({ memoryMib: 256, threads: 1, temporaryDirectory: home });
  return {
    home,
    db,
    duck,
    databaseUrl: database.url,
    spool: async (startedAt, seq, lines, kind = "requests") => {
      const folder = path.join(home, "gateway", "gw_local", "spool");
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, `${kind}-${startedAt}-${seq}.ndjson`);
      await writeFile(file, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
      return file;
    },
    endpoint: (input) => insertEndpoint(db, input),
    instance: async ({ id, endpointId, deploymentId, startedAt, stoppedAt, price = 0.1, type = "sluice.nano", workspaceId = "ws_1" }) => {
      await db.query(
        `INSERT INTO instance (id, workspace_id, endpoint_id, deployment_id, host_id, slot, spec_hash, deployment_generation, run_spec, instance_type, price_per_hour, created_at, started_at, ready_at, stopped_at)
         VALUES ($1, $2, $3, $4, 'hst_1', (SELECT count(*) FROM instance), 'h', 1, '{"cpuCores":0.25}', $5, $6, $7, $7, $7, $8)`,
        [id, workspaceId, endpointId, deploymentId, type, price, iso(startedAt), iso(stoppedAt)],
      );
    },
    close: async () => {
      await db.close();
      duck.closeSync();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
