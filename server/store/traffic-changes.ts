import type { Db } from "./client";
import { json, ms, msOrNull, readPercents } from "./columns";
import type { Prisma } from "./generated/client";

export interface TrafficChangeRow {
  readonly id: string;
  readonly endpointId: string;
  readonly generation: number;
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly actorId: string;
  readonly actorName: string;
  readonly createdAt: number;
  /** The routing revision that carries it; null until one does. */
  readonly routingRevision: number | null;
  /** When the last live gateway acknowledged that revision. */
  readonly appliedAt: number | null;
  readonly gatewayCount: number | null;
  readonly refusedReason: string | null;
}

const select = {
  id: true, endpointId: true, generation: true, before: true, after: true, actorId: true, actorName: true, createdAt: true,
  routingRevision: true, appliedAt: true, gatewayCount: true, refusedReason: true,
} satisfies Prisma.TrafficChangeSelect; // prettier-ignore

const toRow = (row: Prisma.TrafficChangeGetPayload<{ select: typeof select }>): TrafficChangeRow => ({
  ...row,
  before: readPercents(row.before),
  after: readPercents(row.after),
  createdAt: ms(row.createdAt),
  appliedAt: msOrNull(row.appliedAt),
});

export type NewTrafficChange = Pick<TrafficChangeRow, "id" | "endpointId" | "generation" | "before" | "after" | "actorId" | "actorName" | "createdAt">;
export type TrafficReceiptPatch = Partial<Pick<TrafficChangeRow, "routingRevision" | "appliedAt" | "gatewayCount" | "refusedReason">>;

/** Every accepted split; operations insert, the traffic reconciler fills in what became of it. */
export function trafficChangesRepository(db: Db) {
  return {
    async insert(row: NewTrafficChange): Promise<TrafficChangeRow> {
      const data = { ...row, before: json(row.before), after: json(row.after), createdAt: new Date(row.createdAt) };
      return toRow(await db.trafficChange.create({ data, select }));
    },
    async listByEndpoint(endpointId: string, limit: number): Promise<TrafficChangeRow[]> {
      return (await db.trafficChange.findMany({ where: { endpointId }, orderBy: { generation: "desc" }, take: limit, select })).map(toRow);
    },
    async listLatest(endpointIds: readonly string[]): Promise<TrafficChangeRow[]> {
      const rows = await db.trafficChange.findMany({
        where: { endpointId: { in: [...endpointIds] } },
        orderBy: { generation: "desc" },
        distinct: ["endpointId"],
        select,
      });
      return rows.map(toRow);
    },
    /** Changes that no live gateway has finished with: neither applied nor refused. */
    async listPending(): Promise<TrafficChangeRow[]> {
      return (await db.trafficChange.findMany({ where: { appliedAt: null, refusedReason: null }, orderBy: { createdAt: "asc" }, select })).map(toRow);
    },
    /** For the traffic reconciler inside `fenced` only. */
    async updateReceipt(id: string, patch: TrafficReceiptPatch): Promise<void> {
      const { appliedAt, ...rest } = patch;
      const data = appliedAt === undefined ? rest : { ...rest, appliedAt: appliedAt === null ? null : new Date(appliedAt) };
      await db.trafficChange.updateMany({ where: { id }, data });
    },
  };
}
