import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { fromInts, merge, percentile } from "#server/domain/histogram/histogram";
import type { Histogram } from "#server/domain/histogram/types";
import { costReport, type Prices } from "../cost/report";
import type { Db } from "../db";
import { minuteMs } from "../paths";
import { currentInFlight } from "./in-flight";
import { displayNames, endpointScopeById, type EndpointScope, type ScopeDeployment } from "./scope";

const windowMinutes = 60;
const windowMs = windowMinutes * minuteMs;
const observedMinutes = 5;
const dayMs = 86_400_000;

interface MinuteRow {
  at: number;
  deployment: string;
  error: boolean;
  count: number;
  total_buckets: number[];
}

const minutesSql = `
  SELECT (extract(epoch FROM minute) * 1000)::float8 AS at, deployment, (status >= 400 OR status < 100) AS error, count, total_buckets
  FROM metric_minute WHERE endpoint = $1 AND minute >= $2 AND minute < $3`;

function readMinutes(db: Db, scope: EndpointScope, from: number, to: number): Promise<MinuteRow[]> {
  return db.query<MinuteRow>(minutesSql, [scope.name.toLowerCase(), new Date(Math.max(from, scope.firstMinute)), new Date(to)]);
}

const countOf = (rows: readonly MinuteRow[]): number => rows.reduce((sum, row) => sum + row.count, 0);

function errorRate(rows: readonly MinuteRow[]): number | null {
  const all = countOf(rows);
  return all === 0 ? null : countOf(rows.filter((row) => row.error)) / all;
}

/** Of requests that reached a deployment: what the gateway refused by itself answers at once and would hide the model. */
function percentiles(rows: readonly MinuteRow[]): (percent: number) => number | null {
  const merged = rows
    .filter((row) => row.deployment !== "")
    .map((row) => fromInts(row.total_buckets))
    .reduce<Histogram>(merge, []);
  return (percent) => percentile(merged, percent);
}

/** Real share in whole and broken percent by deployment name, and the requests it rests on; pinned requests count too. */
function shareOf(rows: readonly MinuteRow[], scope: EndpointScope): EndpointSummaryDto["observed"] {
  const names = displayNames(scope);
  const counts = new Map<string, number>();
  for (const row of rows) if (row.deployment !== "") counts.set(row.deployment, (counts.get(row.deployment) ?? 0) + row.count);
  const requests = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { requests, share: Object.fromEntries([...counts].map(([key, count]) => [names.get(key)?.name ?? key, (count / requests) * 100])) };
}

const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs;

/** Split that callers really got in the last five minutes (and the running one), in percent by deployment name. */
export async function observedShare(db: Db, scope: EndpointScope, now: number): Promise<EndpointSummaryDto["observed"]> {
  return shareOf(await readMinutes(db, scope, minuteOf(now) - observedMinutes * minuteMs, now + minuteMs), scope);
}

interface ResourceRow {
  deployment_id: string;
  cpu: number;
  memory: number;
}

/** CPU and memory of each deployment's instances now: their averages of the last two minutes, added up. */
async function readResources(db: Db, scope: EndpointScope, now: number): Promise<Map<string, ResourceRow>> {
  const rows = await db.query<ResourceRow>(
    `SELECT deployment_id, sum(cpu)::float8 AS cpu, sum(memory)::float8 AS memory FROM (
       SELECT deployment_id, instance_id, sum(cpu_cores_sum) / sum(samples) AS cpu, sum(memory_bytes_sum) / sum(samples) AS memory
       FROM resource_minute WHERE deployment_id = ANY($1) AND minute >= $2 AND samples > 0 GROUP BY 1, 2) AS instances GROUP BY 1`,
    [scope.deployments.map((one) => one.id), new Date(minuteOf(now) - minuteMs)],
  );
  return new Map(rows.map((row) => [row.deployment_id, row]));
}

interface RunningRow {
  id: string;
  deployment_id: string;
  price: number;
}
const runningSql = `
  SELECT id, deployment_id, price_per_hour::float8 AS price FROM instance
  WHERE endpoint_id = $1 AND started_at IS NOT NULL AND stopped_at IS NULL AND removed_at IS NULL`;

const priceOf = (running: readonly RunningRow[]): number => running.reduce((sum, one) => sum + one.price, 0);

function deploymentRow(
  one: ScopeDeployment,
  recent: readonly MinuteRow[],
  resource: ResourceRow | undefined,
  running: readonly RunningRow[],
): EndpointSummaryDto["deployments"][number] {
  // A namesake's figures from before this deployment was made are not its own.
  const own = recent.filter((row) => row.deployment === one.name.toLowerCase() && row.at >= minuteOf(one.createdAt));
  return {
    name: one.name,
    requests: countOf(own),
    requestsPerMinute: countOf(own) / windowMinutes,
    p95Ms: percentiles(own)(95),
    errorRate: errorRate(own),
    cpuCores: resource?.cpu ?? null,
    memoryBytes: resource?.memory ?? null,
    costPerHour: priceOf(running.filter((instance) => instance.deployment_id === one.id)),
  };
}

function sparkline(rows: readonly MinuteRow[], from: number): (number | null)[] {
  const line: (number | null)[] = Array.from({ length: windowMinutes }, () => null);
  for (const row of rows) {
    const index = Math.floor((row.at - from) / minuteMs);
    line[index] = (line[index] ?? 0) + row.count;
  }
  return line;
}

/**
 * The numbers of an overview: the last 60 minutes (the running one included) beside the 60 before, current use, and money. Rates are parts
 * of 1, shares percent, `costToday` since midnight UTC. Rejects with `endpoint.not_found`.
 */
export async function endpointSummary(db: Db, endpointId: string, prices: Prices, now: number): Promise<EndpointSummaryDto> {
  const scope = await endpointScopeById(db, endpointId);
  const end = minuteOf(now) + minuteMs;
  const start = end - windowMs;
  const midnight = Math.floor(now / dayMs) * dayMs;
  const [rows, resources, running, inFlight, today] = await Promise.all([
    readMinutes(db, scope, start - windowMs, end),
    readResources(db, scope, now),
    db.query<RunningRow>(runningSql, [scope.id]),
    currentInFlight(db, now),
    costReport(db, scope.workspaceId, { endpointId: scope.id, from: midnight, to: now }, prices, now),
  ]);
  const recent = rows.filter((row) => row.at >= start);
  const before = rows.filter((row) => row.at < start);
  const recentMs = percentiles(recent);
  const living = scope.deployments.filter((one) => one.deletedAt === null);
  return {
    windowMs,
    requests: countOf(recent),
    requestsBefore: countOf(before),
    requestsPerMinute: sparkline(recent, start),
    p50Ms: recentMs(50),
    p95Ms: recentMs(95),
    p99Ms: recentMs(99),
    p95MsBefore: percentiles(before)(95),
    errorRate: errorRate(recent),
    errorRateBefore: errorRate(before),
    inFlight:
      running.reduce((sum, one) => sum + (inFlight.instances.get(one.id) ?? 0), 0) +
      living.reduce((sum, one) => sum + (inFlight.queuedByDeployment.get(one.id) ?? 0), 0),
    costPerHour: priceOf(running),
    costToday: today.total,
    observed: shareOf(
      recent.filter((row) => row.at >= minuteOf(now) - observedMinutes * minuteMs),
      scope,
    ),
    deployments: living.map((one) => deploymentRow(one, recent, resources.get(one.id), running)),
  };
}
