import path from "node:path";
import {
  BIGINT,
  DOUBLE,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { z } from "zod";
import { requestRowSchema } from "#server/contract/monitoring";
import { withConnection } from "../duckdb";
import { hourFolders, liveFiles } from "../parts";
import { hourMs } from "../paths";
import type { recentRequestsInput, requestByIdInput, RequestsOutput } from "./protocol";

type Params = Record<string, readonly [DuckDBType, DuckDBValue]>;

const columns = `"requestId", "clientRequestId", "startedAt"::DOUBLE AS "startedAt", deployment, "instanceId", method, path, status, "modelStatus",
  coalesce("grpcStatus", -1) AS "grpcStatus", "errorCode",
  "queueMs", "modelMs", "totalMs", "requestBytes"::DOUBLE AS "requestBytes", "responseBytes"::DOUBLE AS "responseBytes", "keyName",
  coalesce(subject, '') AS subject`;

/** Files of before a column existed lack it; the empty row gives it to them. */
const rows = `(SELECT * FROM read_parquet($files, union_by_name = true) UNION ALL BY NAME SELECT NULL::INTEGER AS "grpcStatus", NULL::VARCHAR AS subject WHERE false)`;

/** Hours that one answer may read; 31 days of a month's page, newest first. */
const maxHours = 24 * 31;
/** Hours per statement: grows, so that the common "newest hundred" touches one folder. */
const firstChunk = 1;
const largestChunk = 48;

/** The only shape of statement that is ever run here: one SELECT over files that we chose, everything else a parameter. */
async function select(
  connection: DuckDBConnection,
  files: readonly string[],
  where: readonly string[],
  params: Params,
  limit: number,
): Promise<RequestsOutput["requests"]> {
  const all: Params = { ...params, files: [LIST(VARCHAR), listValue([...files])], limit: [INTEGER, limit] };
  const values = Object.fromEntries(Object.entries(all).map(([name, [, value]]) => [name, value]));
  const types = Object.fromEntries(Object.entries(all).map(([name, [type]]) => [name, type]));
  const reader = await connection.runAndReadAll(
    `SELECT ${columns} FROM ${rows} WHERE ${where.join(" AND ")} ORDER BY "startedAt" DESC, "requestId" DESC LIMIT $limit`,
    values,
    types,
  );
  return requestRowSchema.array().parse(reader.getRowObjectsJson());
}

async function filesOf(directories: readonly string[]): Promise<string[]> {
  const files = await Promise.all(directories.map(async (directory) => (await liveFiles(directory)).map((name) => path.join(directory, name))));
  return files.flat();
}

/** A file may go away between listing and reading, after compaction or retention: list once more. */
async function selectFresh(
  connection: DuckDBConnection,
  directories: readonly string[],
  where: readonly string[],
  params: Params,
  limit: number,
): Promise<RequestsOutput["requests"]> {
  const attempt = async (): Promise<RequestsOutput["requests"]> => {
    const files = await filesOf(directories);
    return files.length === 0 ? [] : select(connection, files, where, params, limit);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Error) || !/no files found|cannot open file|no such file/i.test(error.message)) throw error;
    return attempt();
  }
}

function recentWhere(input: z.output<typeof recentRequestsInput>): { where: string[]; params: Params } {
  const where = ["lower(endpoint) = $endpoint", '"startedAt" >= $since', '"startedAt" < $until', "NOT mirrored"];
  const params: Params = { endpoint: [VARCHAR, input.endpoint.toLowerCase()], since: [BIGINT, BigInt(input.since)], until: [BIGINT, BigInt(input.until)] };
  const text = (name: string, condition: string, value: string | undefined): void => {
    if (value === undefined) return;
    where.push(condition);
    params[name] = [VARCHAR, value];
  };
  text("deployment", "lower(deployment) = $deployment", input.deployment?.toLowerCase());
  text("instanceId", '"instanceId" = $instanceId', input.instanceId);
  text("errorCode", '"errorCode" = $errorCode', input.errorCode);
  text("keyName", '("keyName" = $keyName OR subject = $keyName)', input.keyName);
  if (input.status !== "any") where.push(input.status === "ok" ? "status BETWEEN 100 AND 399" : "NOT (status BETWEEN 100 AND 399)");
  if (input.minTotalMs !== undefined) {
    where.push('"totalMs" >= $minTotalMs');
    params["minTotalMs"] = [DOUBLE, input.minTotalMs];
  }
  return { where, params };
}

export interface RawReader {
  readonly home: string;
  readonly duck: DuckDBInstance;
  /** Longest time one answer may take, in milliseconds; then it is interrupted. */
  readonly timeoutMs: number;
}

/** Runs `work` with a time limit that really ends the statement; rejects with "interrupted" from the engine. */
async function limited<T>(reader: RawReader, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  return withConnection(reader.duck, async (connection) => {
    const timer = setTimeout(() => {
      connection.interrupt();
    }, reader.timeoutMs);
    try {
      return await work(connection);
    } finally {
      clearTimeout(timer);
    }
  });
}

/** Newest requests of an endpoint first; mirrored copies are left out. Reads hour by hour, newest first, until the limit is met. */
export async function recentRequests(reader: RawReader, input: z.output<typeof recentRequestsInput>): Promise<RequestsOutput> {
  const folders = await hourFolders(reader.home, input.since, input.until);
  const readable = folders.slice(0, maxHours);
  const { where, params } = recentWhere(input);
  return limited(reader, async (connection) => {
    const requests: RequestsOutput["requests"] = [];
    let chunk = firstChunk;
    for (let start = 0; start < readable.length && requests.length < input.limit;) {
      const directories = readable.slice(start, start + chunk).map((folder) => folder.directory);
      requests.push(...(await selectFresh(connection, directories, where, params, input.limit - requests.length)));
      start += chunk;
      chunk = Math.min(chunk * 2, largestChunk);
    }
    return { requests, complete: requests.length < input.limit && readable.length === folders.length };
  });
}

/** Milliseconds inside a UUID version 7, null for any other text. */
function timeOfUuidV7(id: string): number | null {
  const hex = id.toLowerCase().replaceAll("-", "");
  return /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/.test(hex) ? Number.parseInt(hex.slice(0, 12), 16) : null;
}

/** One request by our own id, whose time says in which hour to look; an id of another shape finds nothing. */
export async function requestById(reader: RawReader, input: z.output<typeof requestByIdInput>): Promise<RequestsOutput> {
  const at = timeOfUuidV7(input.requestId);
  if (at === null) return { requests: [], complete: true };
  const folders = await hourFolders(reader.home, at - hourMs, at + hourMs);
  const where = ["lower(endpoint) = $endpoint", '"startedAt" >= $since', '"requestId" = $requestId'];
  const params: Params = {
    endpoint: [VARCHAR, input.endpoint.toLowerCase()],
    since: [BIGINT, BigInt(input.since)],
    requestId: [VARCHAR, input.requestId.toLowerCase()],
  };
  const requests = await limited(reader, (connection) =>
    selectFresh(
      connection,
      folders.map((folder) => folder.directory),
      where,
      params,
      1,
    ),
  );
  return { requests, complete: true };
}
