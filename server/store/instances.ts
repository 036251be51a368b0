import { z } from "zod";
import { instanceDesiredStates, instanceStates, type InstanceDesiredState, type InstanceState } from "#server/domain/instance/types";
import type { Db } from "./client";
import { date, dateOrNull, json, ms, msOrNull, readRecord } from "./columns";
import type { Prisma } from "./generated/client";

export interface InstanceRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly deploymentId: string;
  readonly hostId: string;
  readonly slot: number;
  readonly specHash: string;
  readonly deploymentGeneration: number;
  /** What to run, frozen at creation; its shape is the control plane's. */
  readonly runSpec: Readonly<Record<string, unknown>>;
  readonly instanceType: string;
  readonly pricePerHour: number;
  readonly desiredState: InstanceDesiredState;
  readonly state: InstanceState;
  readonly ready: boolean;
  readonly address: string | null;
  readonly port: number | null;
  readonly containerId: string | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly probeState: Readonly<Record<string, unknown>>;
  readonly priorFailures: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly readyAt: number | null;
  readonly drainingAt: number | null;
  readonly stoppedAt: number | null;
  readonly unroutedRevision: number | null;
  readonly removedAt: number | null;
}

const select = {
  id: true, workspaceId: true, endpointId: true, deploymentId: true, hostId: true, slot: true, specHash: true, deploymentGeneration: true, runSpec: true,
  instanceType: true, pricePerHour: true, desiredState: true, state: true, ready: true, address: true, port: true, containerId: true, exitCode: true,
  reason: true, message: true, hint: true, probeState: true, priorFailures: true, createdAt: true, startedAt: true, readyAt: true, drainingAt: true,
  stoppedAt: true, unroutedRevision: true, removedAt: true,
} satisfies Prisma.InstanceSelect; // prettier-ignore

const toRow = (row: Prisma.InstanceGetPayload<{ select: typeof select }>): InstanceRow => ({
  ...row,
  runSpec: readRecord(row.runSpec),
  probeState: readRecord(row.probeState),
  pricePerHour: row.pricePerHour.toNumber(),
  desiredState: z.enum(instanceDesiredStates).parse(row.desiredState),
  state: z.enum(instanceStates).parse(row.state),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  readyAt: msOrNull(row.readyAt),
  drainingAt: msOrNull(row.drainingAt),
  stoppedAt: msOrNull(row.stoppedAt),
  removedAt: msOrNull(row.removedAt),
});

export interface InstanceUsage {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export type NewInstance = Pick<
  InstanceRow,
  | "id"
  | "workspaceId"
  | "endpointId"
  | "deploymentId"
  | "hostId"
  | "slot"
  | "specHash"
  | "deploymentGeneration"
  | "runSpec"
  | "instanceType"
  | "pricePerHour"
  | "address"
  | "port"
  | "priorFailures"
  | "createdAt"
>;

/** Columns that the instance's reconciler may change; wishes only move forward, which the reconciler's rules see to. */
export type InstancePatch = Partial<
  Pick<
    InstanceRow,
    | "desiredState" | "state" | "ready" | "address" | "port" | "containerId" | "exitCode" | "reason" | "message" | "hint" | "probeState" | "runSpec"
    | "startedAt" | "readyAt" | "drainingAt" | "stoppedAt" | "unroutedRevision" | "removedAt"
  >
>; // prettier-ignore

const timeColumns = ["startedAt", "readyAt", "drainingAt", "stoppedAt", "removedAt"] as const;

function toData(patch: InstancePatch): Prisma.InstanceUpdateManyMutationInput {
  const { probeState, runSpec, startedAt, readyAt, drainingAt, stoppedAt, removedAt, ...plain } = patch;
  const times = Object.fromEntries(
    timeColumns.flatMap((column) => {
      const value = { startedAt, readyAt, drainingAt, stoppedAt, removedAt }[column];
      return value === undefined ? [] : [[column, dateOrNull(value)]];
    }),
  );
  return {
    ...plain,
    ...times,
    ...(probeState === undefined ? {} : { probeState: json(probeState) }),
    ...(runSpec === undefined ? {} : { runSpec: json(runSpec) }),
  };
}

/** Instances are one-shot; a removed one stays as history and for cost. The control plane alone writes here, inside `fenced`. */
export function instancesRepository(db: Db) {
  return {
    async findById(id: string): Promise<InstanceRow | null> {
      const row = await db.instance.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    /** Not yet removed. */
    async listByDeployment(deploymentId: string): Promise<InstanceRow[]> {
      return this.listByDeployments([deploymentId]);
    },
    async listByDeployments(deploymentIds: readonly string[]): Promise<InstanceRow[]> {
      const where = { deploymentId: { in: [...deploymentIds] }, removedAt: null };
      return (await db.instance.findMany({ where, orderBy: [{ slot: "asc" }, { id: "asc" }], select })).map(toRow);
    },
    /** Newest first, removed ones included. */
    async listHistory(deploymentId: string, limit: number): Promise<InstanceRow[]> {
      return (await db.instance.findMany({ where: { deploymentId }, orderBy: { id: "desc" }, take: limit, select })).map(toRow);
    },
    async listLive(): Promise<InstanceRow[]> {
      return (await db.instance.findMany({ where: { removedAt: null }, orderBy: { id: "asc" }, select })).map(toRow);
    },
    /** Everything that existed at some moment of [fromMs, toMs), for cost. */
    async listBetween(fromMs: number, toMs: number): Promise<InstanceRow[]> {
      const where = { createdAt: { lt: date(toMs) }, OR: [{ removedAt: null }, { removedAt: { gte: date(fromMs) } }] };
      return (await db.instance.findMany({ where, orderBy: { id: "asc" }, select })).map(toRow);
    },
    /** Use of the newest minute since `sinceMs` by instance id: averages over its samples. */
    async listUsage(ids: readonly string[], sinceMs: number): Promise<ReadonlyMap<string, InstanceUsage>> {
      const rows = await db.resourceMinute.findMany({
        where: { instanceId: { in: [...ids] }, minute: { gte: date(sinceMs) }, samples: { gt: 0 } },
        orderBy: { minute: "desc" },
        distinct: ["instanceId"],
        select: { instanceId: true, samples: true, cpuCoresSum: true, memoryBytesSum: true },
      });
      return new Map(rows.map((row) => [row.instanceId, { cpuCores: row.cpuCoresSum / row.samples, memoryBytes: row.memoryBytesSum / row.samples }]));
    },
    /** Rejects with a unique violation when the slot or the address is taken by a live instance. */
    async insert(row: NewInstance): Promise<InstanceRow> {
      return toRow(await db.instance.create({ data: { ...row, runSpec: json(row.runSpec), createdAt: date(row.createdAt) }, select }));
    },
    async update(id: string, patch: InstancePatch): Promise<InstanceRow | null> {
      await db.instance.updateMany({ where: { id }, data: toData(patch) });
      return this.findById(id);
    },
    /** As `update`, but only while the state is still the one that the writer saw; null when it moved on. */
    async updateIfState(id: string, state: InstanceState, patch: InstancePatch): Promise<InstanceRow | null> {
      const { count } = await db.instance.updateMany({ where: { id, state }, data: toData(patch) });
      return count === 0 ? null : this.findById(id);
    },
  };
}
