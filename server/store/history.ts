import type { Db } from "./client";
import { json, ms, msOrNull, readRecord } from "./columns";
import type { Prisma } from "./generated/client";

const operationStatuses = ["InProgress", "Succeeded", "Failed", "Canceled"] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export interface OperationRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly generation: number;
  readonly status: OperationStatus;
  readonly percent: number;
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly actorId: string;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

const operationSelect = {
  id: true, workspaceId: true, kind: true, targetType: true, targetId: true, generation: true, status: true, percent: true, error: true, actorId: true,
  createdAt: true, finishedAt: true,
} satisfies Prisma.OperationSelect; // prettier-ignore
const toOperation = (row: Prisma.OperationGetPayload<{ select: typeof operationSelect }>): OperationRow => ({
  ...row,
  status: operationStatuses.find((status) => status === row.status) ?? "InProgress",
  error: row.error === null ? null : readRecord(row.error),
  createdAt: ms(row.createdAt),
  finishedAt: msOrNull(row.finishedAt),
});

/** Long-running operations as clients poll them; operations insert, reconcilers finish. */
export function operationsRepository(db: Db) {
  return {
    async findById(id: string): Promise<OperationRow | null> {
      const row = await db.operation.findUnique({ where: { id }, select: operationSelect });
      return row === null ? null : toOperation(row);
    },
    async listByTarget(targetId: string, limit: number): Promise<OperationRow[]> {
      return (await db.operation.findMany({ where: { targetId }, orderBy: { id: "desc" }, take: limit, select: operationSelect })).map(toOperation);
    },
    async insert(
      row: Pick<OperationRow, "id" | "workspaceId" | "kind" | "targetType" | "targetId" | "generation" | "status" | "actorId" | "createdAt">,
    ): Promise<void> {
      const at = new Date(row.createdAt);
      await db.operation.create({
        data: { ...row, createdAt: at, ...(row.status === "InProgress" ? {} : { percent: 100, finishedAt: at }) },
        select: { id: true },
      });
    },
    /** Ends every running operation on the target up to a generation. */
    async finish(
      targetId: string,
      upToGeneration: number,
      status: Exclude<OperationStatus, "InProgress">,
      error: Readonly<Record<string, unknown>> | null,
      atMs: number,
    ): Promise<void> {
      await db.operation.updateMany({
        where: { targetId, generation: { lte: upToGeneration }, status: "InProgress" },
        data: { status, finishedAt: new Date(atMs), ...(status === "Succeeded" ? { percent: 100 } : {}), ...(error === null ? {} : { error: json(error) }) },
      });
    },
    /** Forgets at most `limit` that ended before; running ones stay. */
    async removeFinishedBefore(beforeMs: number, limit: number): Promise<number> {
      return db.$executeRaw`DELETE FROM operation WHERE id IN (SELECT id FROM operation WHERE finished_at < ${new Date(beforeMs)} ORDER BY finished_at LIMIT ${limit})`;
    },
    async updatePercent(targetId: string, percent: number): Promise<void> {
      await db.operation.updateMany({ where: { targetId, status: "InProgress", percent: { lt: percent } }, data: { percent } });
    },
  };
}

export interface EventRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string | null;
  readonly deploymentId: string | null;
  readonly instanceId: string | null;
  readonly severity: "info" | "warning" | "error";
  readonly reason: string;
  readonly message: string;
  readonly hint: string | null;
  /** Relevant log lines under `lines`, exit code under `exitCode`, and the like. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

const eventSelect = {
  id: true, workspaceId: true, endpointId: true, deploymentId: true, instanceId: true, severity: true, reason: true, message: true, hint: true, data: true, at: true,
} satisfies Prisma.EventSelect; // prettier-ignore
const toEvent = (row: Prisma.EventGetPayload<{ select: typeof eventSelect }>): EventRow => ({
  ...row,
  id: row.id.toString(),
  severity: row.severity === "error" || row.severity === "warning" ? row.severity : "info",
  data: readRecord(row.data),
  at: ms(row.at),
});

/** Which part of the history: one workspace, or one endpoint or deployment of it, before a moment. */
export interface HistoryFilter {
  readonly workspaceId: string;
  readonly endpointId?: string;
  readonly deploymentId?: string;
  readonly beforeMs?: number;
  readonly limit: number;
}

const historyWhere = ({ workspaceId, endpointId, beforeMs }: HistoryFilter) => ({
  workspaceId,
  ...(endpointId === undefined ? {} : { endpointId }),
  ...(beforeMs === undefined ? {} : { at: { lt: new Date(beforeMs) } }),
});

/** What the platform did or saw. */
export function eventsRepository(db: Db) {
  return {
    async insert(row: Omit<EventRow, "id">): Promise<void> {
      await db.event.create({ data: { ...row, data: json(row.data), at: new Date(row.at) }, select: { id: true } });
    },
    /** Newest first. */
    async list(filter: HistoryFilter): Promise<EventRow[]> {
      const where = { ...historyWhere(filter), ...(filter.deploymentId === undefined ? {} : { deploymentId: filter.deploymentId }) };
      return (await db.event.findMany({ where, orderBy: { at: "desc" }, take: filter.limit, select: eventSelect })).map(toEvent);
    },
    /** Forgets at most `limit`, the oldest first. */
    async removeBefore(beforeMs: number, limit: number): Promise<number> {
      return db.$executeRaw`DELETE FROM event WHERE id IN (SELECT id FROM event WHERE at < ${new Date(beforeMs)} ORDER BY at LIMIT ${limit})`;
    },
  };
}

export interface AuditRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly actorId: string;
  readonly actorName: string;
  /** The verb of the policy table, such as `endpoint.traffic.write`. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly targetName: string;
  readonly endpointId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly requestId: string;
  readonly at: number;
}

const auditSelect = {
  id: true, workspaceId: true, actorId: true, actorName: true, action: true, targetType: true, targetId: true, targetName: true, endpointId: true,
  before: true, after: true, requestId: true, at: true,
} satisfies Prisma.AuditEntrySelect; // prettier-ignore
const toAudit = (row: Prisma.AuditEntryGetPayload<{ select: typeof auditSelect }>): AuditRow => ({
  ...row,
  before: row.before === null ? null : readRecord(row.before),
  after: row.after === null ? null : readRecord(row.after),
  at: ms(row.at),
});

/** Who asked for what. Rows are never changed, and forgotten only by age. */
export function auditRepository(db: Db) {
  return {
    async insert({ before, after, ...row }: AuditRow): Promise<void> {
      const data = { ...row, at: new Date(row.at), ...(before === null ? {} : { before: json(before) }), ...(after === null ? {} : { after: json(after) }) };
      await db.auditEntry.create({ data, select: { id: true } });
    },
    /** Newest first. With a deployment: entries whose target it is. */
    async list(filter: HistoryFilter): Promise<AuditRow[]> {
      const where = { ...historyWhere(filter), ...(filter.deploymentId === undefined ? {} : { targetId: filter.deploymentId }) };
      return (await db.auditEntry.findMany({ where, orderBy: { at: "desc" }, take: filter.limit, select: auditSelect })).map(toAudit);
    },
    /** Forgets at most `limit`, the oldest first. */
    async removeBefore(beforeMs: number, limit: number): Promise<number> {
      return db.$executeRaw`DELETE FROM audit_entry WHERE id IN (SELECT id FROM audit_entry WHERE at < ${new Date(beforeMs)} ORDER BY at LIMIT ${limit})`;
    },
  };
}
