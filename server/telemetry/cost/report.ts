import type { CostReport } from "#server/contract/monitoring";
import { hourOf, hoursBetween, perThousand } from "#server/domain/cost/cost";
import type { CostLine } from "#server/domain/cost/types";
import type { Db } from "../db";
import { deriveHour } from "./roll-up";

export interface CostQueryInput {
  /** Null for the whole workspace. */
  readonly endpointId: string | null;
  readonly from: number;
  readonly to: number;
}

export interface Prices {
  readonly currency: string;
  readonly networkPricePerGib: number;
}

const dayMs = 86_400_000;

interface StoredLine {
  endpointId: string;
  deploymentId: string;
  hour: number;
  instanceType: string;
  instanceSeconds: number;
  computeAmount: number;
  networkBytes: number;
  networkAmount: number;
  requests: number;
}

async function storedLines(db: Db, workspaceId: string, query: CostQueryInput, before: number): Promise<CostLine[]> {
  return db.query<StoredLine>(
    `SELECT c.endpoint_id AS "endpointId", c.deployment_id AS "deploymentId", (extract(epoch FROM c.hour) * 1000)::float8 AS hour, c.instance_type AS "instanceType",
       c.instance_seconds AS "instanceSeconds", c.compute_amount AS "computeAmount", c.network_bytes::float8 AS "networkBytes", c.network_amount AS "networkAmount", c.requests
     FROM cost_hour c JOIN endpoint e ON e.id = c.endpoint_id
     WHERE e.workspace_id = $1 AND ($2::text IS NULL OR c.endpoint_id = $2) AND c.hour >= $3 AND c.hour < $4`,
    [workspaceId, query.endpointId, new Date(hourOf(query.from)), new Date(Math.min(query.to, before))],
  );
}

/** The running hour, and hours that the roll-up has not stored yet, are derived at the time of reading. */
async function linesOf(db: Db, workspaceId: string, query: CostQueryInput, prices: Prices, now: number): Promise<CostLine[]> {
  const newest = (await db.query<{ at: Date | null }>("SELECT max(hour) AS at FROM cost_hour"))[0]?.at ?? null;
  const running = hourOf(now);
  const liveFrom = newest === null ? hourOf(query.from) : Math.min(newest.getTime(), running);
  const scope = { workspaceId, ...(query.endpointId === null ? {} : { endpointId: query.endpointId }) };
  const live = hoursBetween(Math.max(liveFrom, hourOf(query.from)), Math.min(query.to, now));
  const lines = await storedLines(db, workspaceId, query, liveFrom);
  for (const hour of live) lines.push(...(await deriveHour(db, hour, prices.networkPricePerGib, now, scope)));
  return lines;
}

interface Names {
  endpoint: string;
  deployment: string;
  color: number;
  instance_type: string;
}

async function namesOf(db: Db, ids: readonly string[]): Promise<Map<string, Names>> {
  const rows = await db.query<Names & { id: string }>(
    `SELECT d.id, e.name AS endpoint, d.name AS deployment, d.color, COALESCE(d.spec->>'instanceType', '') AS instance_type
     FROM deployment d JOIN endpoint e ON e.id = d.endpoint_id WHERE d.id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const sum = (lines: readonly CostLine[], field: "computeAmount" | "networkAmount" | "requests" | "instanceSeconds"): number =>
  lines.reduce((total, line) => total + line[field], 0);

function grouped<K>(lines: readonly CostLine[], key: (line: CostLine) => K): Map<K, CostLine[]> {
  const groups = new Map<K, CostLine[]>();
  for (const line of lines) {
    const group = groups.get(key(line));
    if (group === undefined) groups.set(key(line), [line]);
    else group.push(line);
  }
  return groups;
}

/**
 * Money of a window, in whole hours and UTC days: instance time and networking apart, by deployment and day, with the running hour as of
 * `now`. Deployments that are gone are still there, since they were paid for.
 */
export async function costReport(db: Db, workspaceId: string, query: CostQueryInput, prices: Prices, now: number): Promise<CostReport> {
  const lines = await linesOf(db, workspaceId, query, prices, now);
  const names = await namesOf(db, [...new Set(lines.map((line) => line.deploymentId))]);
  const nameOf = (id: string): Names => names.get(id) ?? { endpoint: "", deployment: id, color: 0, instance_type: "" };
  const days = [...grouped(lines, (line) => Math.floor(line.hour / dayMs) * dayMs)].sort(([a], [b]) => a - b);
  const compute = sum(lines, "computeAmount");
  const network = sum(lines, "networkAmount");
  return {
    currency: prices.currency,
    total: compute + network,
    compute,
    network,
    perThousandRequests: perThousand(compute + network, sum(lines, "requests")),
    days: days.map(([day, ofDay]) => ({
      day,
      deployments: [...grouped(ofDay, (line) => line.deploymentId)].map(([id, own]) => {
        const { endpoint, deployment, color } = nameOf(id);
        return { endpoint, deployment, color, compute: sum(own, "computeAmount"), network: sum(own, "networkAmount") };
      }),
    })),
    deployments: [...grouped(lines, (line) => line.deploymentId)]
      .map(([id, own]) => deploymentCost(nameOf(id), own))
      .sort((a, b) => b.compute + b.network - (a.compute + a.network)),
  };
}

function deploymentCost(names: Names, own: readonly CostLine[]): CostReport["deployments"][number] {
  const types = [...new Set(own.map((line) => line.instanceType).filter((type) => type !== ""))];
  const compute = sum(own, "computeAmount");
  const network = sum(own, "networkAmount");
  const requests = sum(own, "requests");
  return {
    endpoint: names.endpoint,
    deployment: names.deployment,
    color: names.color,
    instanceType: types.length === 0 ? names.instance_type : types.join(", "),
    instanceSeconds: sum(own, "instanceSeconds"),
    compute,
    network,
    requests,
    perThousandRequests: perThousand(compute + network, requests),
  };
}
