import { mkdir, open, rename } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { RequestRow } from "#server/domain/request-row/types";
import { literal, withConnection } from "../duckdb";
import { hourFolder, hourMs, requestsDirectory } from "../paths";

/** Columns of the raw requests, in file order; names as the row's fields, so that a reader maps nothing. */
const columns = {
  requestId: "VARCHAR",
  clientRequestId: "VARCHAR",
  startedAt: "BIGINT",
  gatewayId: "VARCHAR",
  endpoint: "VARCHAR",
  deployment: "VARCHAR",
  instanceId: "VARCHAR",
  method: "VARCHAR",
  path: "VARCHAR",
  status: "INTEGER",
  modelStatus: "INTEGER",
  grpcStatus: "INTEGER",
  errorCode: "VARCHAR",
  queueMs: "DOUBLE",
  connectMs: "DOUBLE",
  modelMs: "DOUBLE",
  totalMs: "DOUBLE",
  requestBytes: "BIGINT",
  responseBytes: "BIGINT",
  keyName: "VARCHAR",
  subject: "VARCHAR",
  userAgent: "VARCHAR",
  pinned: "BOOLEAN",
  mirrored: "BOOLEAN",
  retries: "INTEGER",
  termination: "VARCHAR",
} as const satisfies Record<keyof RequestRow, string>;

async function fill(connection: DuckDBConnection, rows: readonly RequestRow[]): Promise<void> {
  const definitions = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE part (${definitions.join(", ")})`);
  const appender = await connection.createAppender("part", undefined, "temp");
  for (const row of rows) {
    for (const [name, type] of Object.entries(columns)) {
      const value = row[name as keyof RequestRow];
      if (type === "VARCHAR") appender.appendVarchar(String(value));
      else if (type === "BOOLEAN") appender.appendBoolean(value === true);
      else if (type === "BIGINT") appender.appendBigInt(BigInt(Math.trunc(Number(value))));
      else if (type === "INTEGER") appender.appendInteger(Math.trunc(Number(value)));
      else appender.appendDouble(Number(value));
    }
    appender.endRow();
  }
  appender.closeSync();
}

/** Renames only after the bytes are on the disk, then makes the new name durable: a part that can be seen is whole. */
export async function publish(temporary: string, final: string): Promise<void> {
  const file = await open(temporary, "r");
  await file.sync();
  await file.close();
  await rename(temporary, final);
  const folder = await open(path.dirname(final), "r");
  await folder.sync();
  await folder.close();
}

/**
 * Writes rows as Parquet parts, one per hour they touch, named after `partName` only: writing the same rows again replaces the same files.
 * Returns the paths.
 */
export async function writeParts(duck: DuckDBInstance, home: string, partName: string, rows: readonly RequestRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const hours = [...new Set(rows.map((row) => Math.floor(row.startedAt / hourMs)))];
  return withConnection(duck, async (connection) => {
    await fill(connection, rows);
    const written: string[] = [];
    for (const hour of hours) {
      const folder = path.join(requestsDirectory(home), hourFolder(hour * hourMs));
      await mkdir(folder, { recursive: true });
      const final = path.join(folder, `part-${partName}.parquet`);
      const temporary = `${final}.tmp`;
      const range = `"startedAt" >= ${hour * hourMs} AND "startedAt" < ${(hour + 1) * hourMs}`;
      await connection.run(`COPY (SELECT * FROM part WHERE ${range} ORDER BY "startedAt") TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
      await publish(temporary, final);
      written.push(final);
    }
    await connection.run("DROP TABLE part");
    return written;
  });
}
