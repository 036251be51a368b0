import type { Condition } from "#server/domain/condition";
import type { InstanceType } from "#server/domain/host/types";
import type { Db } from "./client";
import { json, ms, readConditions } from "./columns";
import type { Prisma } from "./generated/client";

export interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly driver: "docker" | "sim";
  readonly cpuCores: number;
  readonly memoryMib: number;
  readonly cpuOvercommit: number;
  readonly memoryOvercommit: number;
  readonly engineVersion: string;
  /** Whether the engine can hand GPUs to containers. */
  readonly gpuRuntime: boolean;
  readonly state: string;
  readonly conditions: readonly Condition[];
  readonly lastSeenAt: number;
  readonly createdAt: number;
}

const hostSelect = {
  id: true, name: true, driver: true, cpuCores: true, memoryMib: true, cpuOvercommit: true, memoryOvercommit: true, engineVersion: true, gpuRuntime: true,
  state: true, conditions: true, lastSeenAt: true, createdAt: true,
} satisfies Prisma.HostSelect; // prettier-ignore

const toHost = (row: Prisma.HostGetPayload<{ select: typeof hostSelect }>): HostRow => ({
  ...row,
  driver: row.driver === "sim" ? "sim" : "docker",
  conditions: readConditions(row.conditions),
  lastSeenAt: ms(row.lastSeenAt),
  createdAt: ms(row.createdAt),
});

/** Compute hosts as the host reconciler last saw them. */
export function hostsRepository(db: Db) {
  return {
    async findById(id: string): Promise<HostRow | null> {
      const row = await db.host.findUnique({ where: { id }, select: hostSelect });
      return row === null ? null : toHost(row);
    },
    /** Takes the row's lock until the transaction ends: whoever promises the host's capacity starts here. */
    async lock(id: string): Promise<void> {
      await db.$queryRaw`SELECT id FROM host WHERE id = ${id} FOR UPDATE`;
    },
    async list(): Promise<HostRow[]> {
      return (await db.host.findMany({ orderBy: { name: "asc" }, select: hostSelect })).map(toHost);
    },
    /** Inserts the host of that name or renews what was seen of it; the id of an existing one stays. */
    async upsert(row: Omit<HostRow, "createdAt">): Promise<HostRow> {
      const { id, name, ...seen } = row;
      const data = { ...seen, conditions: json(seen.conditions), lastSeenAt: new Date(seen.lastSeenAt) };
      return toHost(await db.host.upsert({ where: { name }, create: { id, name, ...data }, update: data, select: hostSelect }));
    },
  };
}

const typeSelect = { name: true, cpuCores: true, memoryMib: true, gpuCount: true, pricePerHour: true, family: true } satisfies Prisma.InstanceTypeSelect;
const toType = (row: Prisma.InstanceTypeGetPayload<{ select: typeof typeSelect }>): InstanceType => ({ ...row, pricePerHour: row.pricePerHour.toNumber() });

export function instanceTypesRepository(db: Db) {
  return {
    async findByName(name: string): Promise<InstanceType | null> {
      const row = await db.instanceType.findUnique({ where: { name }, select: typeSelect });
      return row === null ? null : toType(row);
    },
    /** In the order in which they are offered. */
    async list(): Promise<InstanceType[]> {
      return (await db.instanceType.findMany({ orderBy: [{ position: "asc" }, { name: "asc" }], select: typeSelect })).map(toType);
    },
    /** False when there is no such type. Hours that have already been counted keep the price they were counted with. */
    async updatePrice(name: string, pricePerHour: number): Promise<boolean> {
      return (await db.instanceType.updateMany({ where: { name }, data: { pricePerHour } })).count > 0;
    },
    /** Adds what is missing, in the given order; prices that were changed by hand stay. */
    async insertMissing(types: readonly InstanceType[]): Promise<void> {
      await db.instanceType.createMany({ data: types.map((type, position) => ({ ...type, position })), skipDuplicates: true });
    },
  };
}
