import { addTo } from "#server/domain/histogram/histogram";
import type { RequestRow } from "#server/domain/request-row/types";
import type { Db } from "../db";
import { minuteMs } from "../paths";

interface Minute {
  readonly endpoint: string;
  readonly deployment: string;
  readonly minute: string;
  readonly status: number;
  readonly model_status: number;
  readonly error_code: string;
  count: number;
  readonly total_buckets: number[];
  readonly queue_buckets: number[];
  readonly model_buckets: number[];
  total_ms_sum: number;
  request_bytes: number;
  response_bytes: number;
}

function addRow(minutes: Map<string, Minute>, row: RequestRow, endpoint: string): void {
  const minute = new Date(Math.floor(row.startedAt / minuteMs) * minuteMs).toISOString();
  const deployment = row.deployment.toLowerCase();
  const key = [endpoint, deployment, minute, row.status, row.modelStatus, row.errorCode].join("|");
  const entry: Minute = minutes.get(key) ?? {
    endpoint,
    deployment,
    minute,
    status: row.status,
    model_status: row.modelStatus,
    error_code: row.errorCode,
    count: 0,
    total_buckets: [],
    queue_buckets: [],
    model_buckets: [],
    total_ms_sum: 0,
    request_bytes: 0,
    response_bytes: 0,
  };
  minutes.set(key, entry);
  entry.count += 1;
  addTo(entry.total_buckets, row.totalMs);
  // -1 says that the phase was not reached: there is no duration to count.
  if (row.queueMs >= 0) addTo(entry.queue_buckets, row.queueMs);
  if (row.modelMs >= 0) addTo(entry.model_buckets, row.modelMs);
  entry.total_ms_sum += Math.max(row.totalMs, 0);
  entry.request_bytes += row.requestBytes;
  entry.response_bytes += row.responseBytes;
}

/**
 * Minute histograms of rows, in key order. Endpoint names that the installation does not know become the empty name, since callers choose
 * them freely and would otherwise make a series each. Copies of requests (`mirrored`) are never counted in the endpoint's figures.
 */
export function minutesOf(rows: readonly RequestRow[], knownEndpoints: ReadonlySet<string>): readonly Minute[] {
  const minutes = new Map<string, Minute>();
  for (const row of rows) {
    if (row.mirrored) continue;
    const name = row.endpoint.toLowerCase();
    addRow(minutes, row, knownEndpoints.has(name) ? name : "");
  }
  return [...minutes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, minute]) => minute);
}

/** SET clauses that add a conflicting row to the one that is stored, which is called `m`. */
export const addArrays = (column: string): string =>
  `${column} = COALESCE((SELECT array_agg(COALESCE(a, 0) + COALESCE(b, 0) ORDER BY i)
     FROM unnest(m.${column}, EXCLUDED.${column}) WITH ORDINALITY AS t(a, b, i)), '{}')`;
export const addNumbers = (column: string): string => `${column} = m.${column} + EXCLUDED.${column}`;

const upsert = `
  INSERT INTO metric_minute AS m (endpoint, deployment, minute, status, model_status, error_code, count,
    total_buckets, queue_buckets, model_buckets, total_ms_sum, request_bytes, response_bytes)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(endpoint text, deployment text, minute timestamptz, status int, model_status int,
    error_code text, count int, total_buckets int[], queue_buckets int[], model_buckets int[], total_ms_sum float8, request_bytes bigint, response_bytes bigint)
  ON CONFLICT (endpoint, deployment, minute, status, model_status, error_code) DO UPDATE SET
    ${["count", "total_ms_sum", "request_bytes", "response_bytes"].map(addNumbers).join(", ")},
    ${["total_buckets", "queue_buckets", "model_buckets"].map(addArrays).join(", ")}`;

/** Adds minutes to what is stored; a late row reopens its minute. Runs inside the caller's transaction. */
export async function addMinutes(tx: Db, minutes: readonly Minute[]): Promise<void> {
  if (minutes.length > 0) await tx.query(upsert, [JSON.stringify(minutes)]);
}

/** Every endpoint name that ever existed here, lower case. */
export async function knownEndpoints(db: Db): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>("SELECT DISTINCT lower(name) AS name FROM endpoint");
  return new Set(rows.map((row) => row.name));
}
