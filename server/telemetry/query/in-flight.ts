import { z } from "zod";
import type { Db } from "../db";

const reportSchema = z.object({ instances: z.record(z.string(), z.number()).default({}), queuedByDeployment: z.record(z.string(), z.number()).default({}) });

export interface InFlight {
  readonly instances: ReadonlyMap<string, number>;
  readonly queuedByDeployment: ReadonlyMap<string, number>;
}

/** A gateway that was silent for longer says nothing of now. */
const staleMs = 15_000;

function addAll(into: Map<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [id, count] of Object.entries(from)) into.set(id, (into.get(id) ?? 0) + count);
}

/** Requests in flight by instance and queued by deployment, added over the gateways heard of lately. */
export async function currentInFlight(db: Db, now: number): Promise<InFlight> {
  const rows = await db.query<{ in_flight: unknown }>("SELECT in_flight FROM gateway_node WHERE last_seen_at > $1", [new Date(now - staleMs)]);
  const instances = new Map<string, number>();
  const queuedByDeployment = new Map<string, number>();
  for (const row of rows) {
    const report = reportSchema.safeParse(row.in_flight);
    if (!report.success) continue;
    addAll(instances, report.data.instances);
    addAll(queuedByDeployment, report.data.queuedByDeployment);
  }
  return { instances, queuedByDeployment };
}
