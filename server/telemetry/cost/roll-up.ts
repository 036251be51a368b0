import { costOfHour, hourMs, hourOf, hoursBetween } from "#server/domain/cost/cost";
import type { CostLine } from "#server/domain/cost/types";
import type { Db } from "../db";
import { instanceSpans, trafficOfHour, type CostScope } from "./spans";

/** Cost lines of one hour, derived afresh. */
export async function deriveHour(db: Db, hour: number, pricePerGib: number, now: number, scope: CostScope = {}): Promise<CostLine[]> {
  const [spans, traffic] = await Promise.all([instanceSpans(db, hour, Math.min(hour + hourMs, now), scope), trafficOfHour(db, hour, scope)]);
  return costOfHour(hour, spans, traffic, pricePerGib, now);
}

const insert = `
  INSERT INTO cost_hour (endpoint_id, deployment_id, hour, instance_type, instance_seconds, compute_amount, network_bytes, network_amount, requests)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(endpoint_id text, deployment_id text, hour timestamptz, instance_type text, instance_seconds float8,
    compute_amount float8, network_bytes bigint, network_amount float8, requests int)`;

async function storeHour(db: Db, hour: number, lines: readonly CostLine[]): Promise<void> {
  const rows = lines.map((line) => ({
    endpoint_id: line.endpointId,
    deployment_id: line.deploymentId,
    hour: new Date(line.hour).toISOString(),
    instance_type: line.instanceType,
    instance_seconds: line.instanceSeconds,
    compute_amount: line.computeAmount,
    network_bytes: Math.round(line.networkBytes),
    network_amount: line.networkAmount,
    requests: Math.round(line.requests),
  }));
  // Replaced as a whole, so that deriving an hour twice gives the same rows and readers never see half of it.
  await db.transaction(async (tx) => {
    await tx.query("DELETE FROM cost_hour WHERE hour = $1", [new Date(hour)]);
    if (rows.length > 0) await tx.query(insert, [JSON.stringify(rows)]);
  });
}

/** First hour that may be missing or unfinished: the newest stored one, or the first instance's. Null before anything ran. */
async function firstOpenHour(db: Db): Promise<number | null> {
  const rows = await db.query<{ at: Date | null }>("SELECT COALESCE((SELECT max(hour) FROM cost_hour), (SELECT min(started_at) FROM instance)) AS at");
  const at = rows[0]?.at ?? null;
  return at === null ? null : hourOf(at.getTime());
}

export interface CostRollUp {
  /** Derives the running and the previous hour, and after a pause every hour since the last one stored. Idempotent. */
  pass(now: number): Promise<void>;
}

/**
 * After a start of the whole product it takes a while until the control plane has seen which instances ended meanwhile, and until then they
 * look as if they had run all the time: for this long every hour of the pause is derived again.
 */
const settleMs = 10 * 60_000;

/** Cost of instance time and traffic, by deployment and hour. `pricePerGib` prices request and response bodies. */
export function createCostRollUp(db: Db, pricePerGib: number): CostRollUp {
  let begun: { readonly from: number; readonly at: number } | null = null;
  let rolledUntil = 0;
  return {
    pass: async (now) => {
      if (begun === null) {
        const from = await firstOpenHour(db);
        if (from === null) return;
        begun = { from, at: now };
      }
      const from = now - begun.at < settleMs ? begun.from : rolledUntil;
      // The hour before is derived again because rows and stop times arrive late.
      for (const hour of hoursBetween(Math.min(from, hourOf(now) - hourMs), now)) await storeHour(db, hour, await deriveHour(db, hour, pricePerGib, now));
      rolledUntil = hourOf(now);
    },
  };
}
