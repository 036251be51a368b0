import type { Condition } from "#server/domain/condition";
import type { EndpointSpec, KeySlot } from "#server/domain/endpoint/types";
import { provisioningStates, type ProvisioningState } from "#server/domain/provisioning";
import { z } from "zod";
import type { Db } from "./client";
import { json, ms, msOrNull, readConditions, readEndpointSpec } from "./columns";
import type { Prisma } from "./generated/client";

/** What reconcilers say of a row they watch. */
export interface ObservedStatus {
  readonly observedGeneration: number;
  readonly provisioningState: ProvisioningState;
  readonly conditions: readonly Condition[];
  readonly lastError: string | null;
}

export interface EndpointRow extends ObservedStatus {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly spec: EndpointSpec;
  readonly generation: number;
  readonly deleteRequested: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

export interface EndpointKeyRow {
  readonly id: string;
  readonly endpointId: string;
  readonly slot: KeySlot;
  readonly sealed: Uint8Array<ArrayBuffer>;
  /** Lower-case hex SHA-256 of the key: all that gateways get. */
  readonly sha256: string;
  readonly createdAt: number;
}

const select = {
  id: true, workspaceId: true, name: true, ownerId: true, spec: true, generation: true, deleteRequested: true, observedGeneration: true,
  provisioningState: true, conditions: true, lastError: true, createdAt: true, updatedAt: true, deletedAt: true,
} satisfies Prisma.EndpointSelect; // prettier-ignore

export const readState = (value: string): ProvisioningState => z.enum(provisioningStates).parse(value);

const toRow = (row: Prisma.EndpointGetPayload<{ select: typeof select }>): EndpointRow => ({
  ...row,
  spec: readEndpointSpec(row.spec),
  conditions: readConditions(row.conditions),
  provisioningState: readState(row.provisioningState),
  createdAt: ms(row.createdAt),
  updatedAt: ms(row.updatedAt),
  deletedAt: msOrNull(row.deletedAt),
});

const keySelect = { id: true, endpointId: true, slot: true, sealed: true, sha256: true, createdAt: true } satisfies Prisma.EndpointKeySelect;
const toKey = (row: Prisma.EndpointKeyGetPayload<{ select: typeof keySelect }>): EndpointKeyRow => ({
  ...row,
  slot: row.slot === "primary" ? "primary" : "secondary",
  createdAt: ms(row.createdAt),
});

export type NewEndpoint = Pick<EndpointRow, "id" | "workspaceId" | "name" | "ownerId" | "spec">;

/** Endpoints and their keys. "Live" means not yet gone: deleting ones count. */
export function endpointsRepository(db: Db) {
  return {
    async findById(id: string): Promise<EndpointRow | null> {
      const row = await db.endpoint.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findLiveByName(workspaceId: string, name: string): Promise<EndpointRow | null> {
      const row = await db.endpoint.findFirst({ where: { workspaceId, deletedAt: null, name: { equals: escapeLike(name), mode: "insensitive" } }, select });
      return row === null ? null : toRow(row);
    },
    /** Takes the row's lock until the transaction ends: every write to an endpoint's set of deployments or its traffic starts here. */
    async lock(id: string): Promise<EndpointRow | null> {
      await db.$queryRaw`SELECT id FROM endpoint WHERE id = ${id} FOR UPDATE`;
      return this.findById(id);
    },
    async listByWorkspace(workspaceId: string): Promise<EndpointRow[]> {
      return (await db.endpoint.findMany({ where: { workspaceId, deletedAt: null }, orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    async listByIds(ids: readonly string[]): Promise<EndpointRow[]> {
      return (await db.endpoint.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    async listLive(): Promise<EndpointRow[]> {
      return (await db.endpoint.findMany({ where: { deletedAt: null }, orderBy: { id: "asc" }, select })).map(toRow);
    },
    /** Whether any workspace of the installation has an endpoint of that name. */
    async isNameTaken(name: string): Promise<boolean> {
      return (await db.endpoint.count({ where: { deletedAt: null, name: { equals: escapeLike(name), mode: "insensitive" } } })) > 0;
    },
    async countLive(workspaceId: string): Promise<number> {
      return db.endpoint.count({ where: { workspaceId, deletedAt: null } });
    },
    /** Rejects with a unique violation when the name is taken. */
    async insert(row: NewEndpoint): Promise<EndpointRow> {
      return toRow(await db.endpoint.create({ data: { ...row, spec: json(row.spec) }, select }));
    },
    /** The wish, guarded by the generation that its author saw; null when that is no longer the newest or the row is being deleted. */
    async updateSpecIfGeneration(id: string, generation: number, spec: EndpointSpec): Promise<EndpointRow | null> {
      const { count } = await db.endpoint.updateMany({
        where: { id, generation, deleteRequested: false, deletedAt: null },
        data: { spec: json(spec), generation: { increment: 1 } },
      });
      return count === 0 ? null : this.findById(id);
    },
    /** The wish to delete. False when it was already there. */
    async requestDelete(id: string): Promise<boolean> {
      const { count } = await db.endpoint.updateMany({
        where: { id, deleteRequested: false, deletedAt: null },
        data: { deleteRequested: true, generation: { increment: 1 } },
      });
      return count > 0;
    },
    /** Status, for the endpoint's reconciler inside `fenced` only. False when nothing differed, so that nobody is woken for nothing. */
    async updateStatus(id: string, status: ObservedStatus): Promise<boolean> {
      const count = await db.$executeRaw`
        UPDATE endpoint SET observed_generation = ${status.observedGeneration}, provisioning_state = ${status.provisioningState},
          conditions = ${JSON.stringify(status.conditions)}::jsonb, last_error = ${status.lastError}, updated_at = now()
        WHERE id = ${id} AND (observed_generation, provisioning_state, conditions, last_error)
          IS DISTINCT FROM (${status.observedGeneration}::int, ${status.provisioningState}::text, ${JSON.stringify(status.conditions)}::jsonb, ${status.lastError}::text)`;
      return count > 0;
    },
    /** Marks it gone, which frees its name. Inside `fenced` only. */
    async markDeleted(id: string, atMs: number): Promise<void> {
      await db.endpoint.updateMany({ where: { id, deletedAt: null }, data: { deletedAt: new Date(atMs) } });
    },

    async listKeys(endpointIds: readonly string[]): Promise<EndpointKeyRow[]> {
      return (await db.endpointKey.findMany({ where: { endpointId: { in: [...endpointIds] } }, orderBy: { slot: "asc" }, select: keySelect })).map(toKey);
    },
    /** Puts a key into its slot; a key that was there stops being valid with the next routing revision. */
    async putKey(row: Omit<EndpointKeyRow, "createdAt">): Promise<void> {
      const { id, endpointId, slot, sealed, sha256 } = row;
      await db.endpointKey.deleteMany({ where: { endpointId, slot } });
      await db.endpointKey.create({ data: { id, endpointId, slot, sealed, sha256 }, select: { id: true } });
    },
    async deleteKeys(endpointId: string): Promise<void> {
      await db.endpointKey.deleteMany({ where: { endpointId } });
    },
  };
}

/** Case-insensitive equality is an ILIKE in PostgreSQL, where these three characters mean something. */
export const escapeLike = (value: string): string => value.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
