import type { Db } from "./client";
import { ms } from "./columns";

export interface CostHourRow {
  readonly endpointId: string;
  readonly deploymentId: string;
  readonly hour: number;
  readonly instanceType: string;
  readonly instanceSeconds: number;
  readonly computeAmount: number;
  readonly networkBytes: number;
  readonly networkAmount: number;
  readonly requests: number;
}

/** Cost by hour and deployment; telemetry writes it, derived from instance history. */
export function costsRepository(db: Db) {
  return {
    async listBetween(fromMs: number, toMs: number, endpointIds: readonly string[]): Promise<CostHourRow[]> {
      const rows = await db.costHour.findMany({
        where: { endpointId: { in: [...endpointIds] }, hour: { gte: new Date(fromMs), lt: new Date(toMs) } },
        orderBy: { hour: "asc" },
        select: {
          endpointId: true, deploymentId: true, hour: true, instanceType: true, instanceSeconds: true, computeAmount: true, networkBytes: true,
          networkAmount: true, requests: true,
        }, // prettier-ignore
      });
      return rows.map((row) => ({ ...row, hour: ms(row.hour), networkBytes: Number(row.networkBytes) }));
    },
  };
}
