import type { MetricResult } from "#server/contract/monitoring";
import type { Db } from "../db";
import { gaps, indexOf } from "./buckets";
import type { Range } from "./requests";
import { displayNames } from "./scope";

type Series = MetricResult["series"][number];

const columns = { cpu: "cpu_cores_sum", memory: "memory_bytes_sum", in_flight: "in_flight_sum" } as const;

function deploymentIds({ scope, deployment }: Range): string[] {
  return scope.deployments.filter((one) => deployment === null || one.name.toLowerCase() === deployment).map((one) => one.id);
}

/**
 * CPU cores, memory bytes or requests in flight: the minute's average per instance, added over instances, averaged over the minutes of a
 * bucket that were measured.
 */
export async function resourceSeries(db: Db, range: Range, metric: keyof typeof columns): Promise<Series[]> {
  const { buckets, scope, split } = range;
  const key = { none: "'all'", status_class: "'all'", deployment: "deployment_id", instance: "instance_id" }[split];
  const rows = await db.query<{ at: number; key: string; deployment_id: string; value: number }>(
    `SELECT (floor(extract(epoch FROM minute) / $4) * $4 * 1000)::float8 AS at, key, min(deployment_id) AS deployment_id, avg(value)::float8 AS value FROM (
       SELECT minute, ${key} AS key, min(deployment_id) AS deployment_id, sum(${columns[metric]} / samples) AS value
       FROM resource_minute WHERE deployment_id = ANY($1) AND minute >= $2 AND minute < $3 AND samples > 0 GROUP BY 1, 2) AS minutes
     GROUP BY 1, 2 ORDER BY 2, 1`,
    [deploymentIds(range), new Date(buckets.from), new Date(buckets.from + buckets.count * buckets.stepMs), buckets.stepMs / 1000],
  );
  const names = new Map(scope.deployments.map((one) => [one.id, one.name]));
  const lines = new Map<string, Series>();
  for (const row of rows) {
    const name = names.get(row.deployment_id) ?? row.deployment_id;
    const shown = { none: "all", status_class: "all", deployment: name, instance: row.key }[split];
    const line = lines.get(shown) ?? {
      key: shown,
      deployment: split === "deployment" || split === "instance" ? name : range.deployment,
      percentile: null,
      values: gaps(buckets),
    };
    lines.set(shown, line);
    line.values[indexOf(buckets, row.at)] = row.value;
  }
  return [...lines.values()];
}

interface Life {
  deployment_id: string;
  id: string;
  from: number;
  to: number | null;
}

/** Ready instances at the end of each bucket, from instance history; a gap before the endpoint's time and after now. */
export async function instanceSeries(db: Db, range: Range, now: number): Promise<Series[]> {
  const { buckets, scope, split } = range;
  const lives = await db.query<Life>(
    `SELECT id, deployment_id, (extract(epoch FROM ready_at) * 1000)::float8 AS "from", (extract(epoch FROM COALESCE(draining_at, stopped_at, removed_at)) * 1000)::float8 AS "to"
     FROM instance WHERE deployment_id = ANY($1) AND ready_at IS NOT NULL AND ready_at < $3
       AND (COALESCE(draining_at, stopped_at, removed_at) IS NULL OR COALESCE(draining_at, stopped_at, removed_at) >= $2)`,
    [deploymentIds(range), new Date(buckets.from), new Date(buckets.from + buckets.count * buckets.stepMs)],
  );
  const names = displayNames(scope);
  const wanted = split === "deployment" ? [...names.values()].filter((one) => range.deployment === null || one.name.toLowerCase() === range.deployment) : [];
  const keys = split === "deployment" ? wanted.map((one) => ({ key: one.name, deployment: one.name })) : [{ key: "all", deployment: range.deployment }];
  const nameOf = new Map(scope.deployments.map((one) => [one.id, one.name.toLowerCase()]));
  return keys.map(({ key, deployment }) => ({
    key,
    deployment,
    percentile: null,
    values: gaps(buckets).map((_, index) => {
      const start = buckets.from + index * buckets.stepMs;
      const at = Math.min(start + buckets.stepMs - 1, now);
      if (start > now || at < scope.createdAt) return null;
      return lives.filter(
        (life) => life.from <= at && (life.to === null || life.to > at) && (split !== "deployment" || nameOf.get(life.deployment_id) === key.toLowerCase()),
      ).length;
    }),
  }));
}
