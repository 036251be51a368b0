import { hourMs } from "#server/domain/cost/cost";
import type { InstanceSpan, TrafficHour } from "#server/domain/cost/types";
import type { Db } from "../db";

interface SpanRow {
  endpoint_id: string;
  deployment_id: string;
  instance_type: string;
  price: number;
  started: number;
  stopped: number | null;
}

/** Which rows: all of an installation, or one workspace's, or one endpoint's. */
export interface CostScope {
  readonly workspaceId?: string;
  readonly endpointId?: string;
}

const scopeParams = (scope: CostScope): unknown[] => [scope.workspaceId ?? null, scope.endpointId ?? null];

/** Lives of instances that touch [from, to). An instance that never started costs nothing. */
export async function instanceSpans(db: Db, from: number, to: number, scope: CostScope = {}): Promise<InstanceSpan[]> {
  const rows = await db.query<SpanRow>(
    `SELECT endpoint_id, deployment_id, instance_type, price_per_hour::float8 AS price,
       (extract(epoch FROM started_at) * 1000)::float8 AS started, (extract(epoch FROM COALESCE(stopped_at, removed_at)) * 1000)::float8 AS stopped
     FROM instance WHERE started_at < $4 AND (COALESCE(stopped_at, removed_at) IS NULL OR COALESCE(stopped_at, removed_at) > $3)
       AND ($1::text IS NULL OR workspace_id = $1) AND ($2::text IS NULL OR endpoint_id = $2)`,
    [...scopeParams(scope), new Date(from), new Date(to)],
  );
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    deploymentId: row.deployment_id,
    instanceType: row.instance_type,
    pricePerHour: row.price,
    startedAt: row.started,
    stoppedAt: row.stopped,
  }));
}

/**
 * Traffic of one hour by deployment. Minutes carry names, so each goes to the newest deployment of that name that existed by the minute's end.
 */
export async function trafficOfHour(db: Db, hour: number, scope: CostScope = {}): Promise<TrafficHour[]> {
  return db.query<TrafficHour>(
    `SELECT owner.endpoint_id AS "endpointId", owner.id AS "deploymentId", sum(m.bytes)::float8 AS bytes, sum(m.requests)::float8 AS requests FROM (
       SELECT endpoint, deployment, minute, sum(request_bytes + response_bytes) AS bytes, sum(count) AS requests
       FROM metric_minute WHERE minute >= $3 AND minute < $4 AND deployment <> '' GROUP BY 1, 2, 3) AS m
     JOIN LATERAL (
       SELECT d.id, d.endpoint_id, d.workspace_id FROM deployment d JOIN endpoint e ON e.id = d.endpoint_id
       WHERE lower(e.name) = m.endpoint AND lower(d.name) = m.deployment AND d.created_at < m.minute + interval '1 minute'
       ORDER BY d.created_at DESC LIMIT 1) AS owner ON true
     WHERE ($1::text IS NULL OR owner.workspace_id = $1) AND ($2::text IS NULL OR owner.endpoint_id = $2)
     GROUP BY 1, 2`,
    [...scopeParams(scope), new Date(hour), new Date(hour + hourMs)],
  );
}
