import { bucketCount, fromInts, percentile } from "#server/domain/histogram/histogram";
import type { MetricResult } from "#server/contract/monitoring";
import type { Db } from "../db";
import { gaps, indexOf, type Buckets } from "./buckets";
import { displayNames, type EndpointScope } from "./scope";

type Series = MetricResult["series"][number];
export type Split = "none" | "deployment" | "status_class" | "instance";

export interface Range {
  readonly scope: EndpointScope;
  readonly buckets: Buckets;
  /** Lower case; null for all of the endpoint. */
  readonly deployment: string | null;
  readonly split: Split;
}

const statusClass = "CASE WHEN status >= 100 THEN (status / 100)::text || 'xx' ELSE 'none' END";

/** SQL of the series key; minutes know no instance, so that split falls back to deployments. */
function keySql(split: Split): string {
  if (split === "none") return "''";
  return split === "status_class" ? statusClass : "deployment";
}

/** Parameters $1..$5 of every statement here: name, first minute, end, step in seconds, deployment or null. */
function rangeParams({ scope, buckets, deployment }: Range): unknown[] {
  const from = Math.max(buckets.from, scope.firstMinute);
  return [scope.name.toLowerCase(), new Date(from), new Date(buckets.from + buckets.count * buckets.stepMs), buckets.stepMs / 1000, deployment];
}
const rangeSql = "endpoint = $1 AND minute >= $2 AND minute < $3 AND ($5::text IS NULL OR deployment = $5)";
const bucketSql = "(floor(extract(epoch FROM minute) / $4) * $4 * 1000)::float8";

const seriesKey = (range: Range, key: string): { key: string; deployment: string | null } => {
  if (range.split === "none" || range.split === "status_class") return { key: range.split === "none" ? "all" : key, deployment: range.deployment };
  const name = displayNames(range.scope).get(key)?.name ?? key;
  return { key: name, deployment: name };
};

/**
 * Counts or bytes per bucket. A bucket in which the endpoint had any row at all is measured, and then a series without rows is a true zero;
 * every other bucket is a gap.
 */
export async function countSeries(db: Db, range: Range, value: "requests" | "errors" | "bytes"): Promise<Series[]> {
  const sums = { requests: "sum(count)", errors: "sum(count) FILTER (WHERE status >= 400 OR status < 100)", bytes: "sum(request_bytes + response_bytes)" };
  const rows = await db.query<{ at: number; key: string; value: number }>(
    `SELECT ${bucketSql} AS at, ${keySql(range.split)} AS key, COALESCE(${sums[value]}, 0)::float8 AS value
     FROM metric_minute WHERE ${rangeSql} GROUP BY 1, 2 ORDER BY 2`,
    rangeParams(range),
  );
  const measured = new Set(rows.map((row) => row.at));
  const lines = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const line = lines.get(row.key) ?? gaps(range.buckets);
    lines.set(row.key, line);
    line[indexOf(range.buckets, row.at)] = row.value;
  }
  return [...lines].map(([key, line]) => ({
    ...seriesKey(range, key),
    percentile: null,
    values: line.map((one, index) => one ?? (measured.has(range.buckets.from + index * range.buckets.stepMs) ? 0 : null)),
  }));
}

export type HistogramColumn = "total_buckets" | "queue_buckets" | "model_buckets";
export const chartPercentiles = [50, 90, 95, 99] as const;

/**
 * Histograms added up per bucket and series, in the database, so that a month is not shipped minute by minute. One sum per histogram bucket
 * reads each array once; unnesting took nine times as long (30 days: 4.0 s against 0.44 s).
 */
const histogramSql = (column: HistogramColumn, key: string): string => `
  SELECT ${bucketSql} AS at, ${key} AS key, ARRAY[${Array.from({ length: bucketCount }, (_, index) => `sum(${column}[${index + 1}])`).join(", ")}]::float8[] AS counts
  FROM metric_minute WHERE ${rangeSql} AND deployment <> '' GROUP BY 1, 2 ORDER BY 2, 1`;

/**
 * Percentiles per bucket from merged histograms, one series per split key and percentile. Requests that reached no deployment (refused keys,
 * unknown paths) are left out: their instant answers say nothing of the model.
 */
export async function percentileSeries(db: Db, range: Range, column: HistogramColumn): Promise<Series[]> {
  const rows = await db.query<{ at: number; key: string; counts: (number | null)[] }>(histogramSql(column, keySql(range.split)), rangeParams(range));
  const lines = new Map<string, Series>();
  for (const row of rows) {
    const histogram = fromInts(row.counts);
    for (const percent of chartPercentiles) {
      const { key, deployment } = seriesKey(range, row.key);
      const id = `${row.key}|${percent}`;
      const name = range.split === "status_class" ? `${key} p${percent}` : `p${percent}`;
      const line = lines.get(id) ?? { key: name, deployment, percentile: percent, values: gaps(range.buckets) };
      lines.set(id, line);
      line.values[indexOf(range.buckets, row.at)] = percentile(histogram, percent);
    }
  }
  return [...lines.values()].sort((a, b) => (a.percentile ?? 0) - (b.percentile ?? 0));
}
