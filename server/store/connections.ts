import { connectionKinds, connectionStates, type ConnectionKind, type ConnectionState } from "#server/domain/connection/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readText } from "./columns";
import type { Prisma } from "./generated/client";

export interface ConnectionRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly address: string;
  /** What is no secret. */
  readonly properties: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly observedGeneration: number;
  readonly state: ConnectionState;
  readonly message: string | null;
  readonly checkedAt: number | null;
}

const select = {
  id: true, workspaceId: true, name: true, kind: true, address: true, properties: true, generation: true, createdBy: true, createdAt: true, updatedAt: true,
  observedGeneration: true, state: true, message: true, checkedAt: true,
} satisfies Prisma.ConnectionSelect; // prettier-ignore

const toRow = (row: Prisma.ConnectionGetPayload<{ select: typeof select }>): ConnectionRow => ({
  ...row,
  kind: connectionKinds.find((kind) => kind === row.kind) ?? "container_registry",
  state: connectionStates.find((state) => state === row.state) ?? "Unchecked",
  properties: readText(row.properties),
  createdAt: ms(row.createdAt),
  updatedAt: ms(row.updatedAt),
  checkedAt: msOrNull(row.checkedAt),
});

export type NewConnection = Pick<ConnectionRow, "id" | "workspaceId" | "name" | "kind" | "address" | "properties" | "createdBy" | "createdAt"> & {
  readonly sealed: Uint8Array<ArrayBuffer>;
};
export interface ConnectionChange {
  readonly address: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Undefined keeps the secrets. */
  readonly sealed: Uint8Array<ArrayBuffer> | undefined;
}

/** Connections to things outside. Secrets leave by `findSealed` only. */
export function connectionsRepository(db: Db) {
  return {
    async findById(id: string): Promise<ConnectionRow | null> {
      const row = await db.connection.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async listByWorkspace(workspaceId: string): Promise<ConnectionRow[]> {
      return (await db.connection.findMany({ where: { workspaceId }, orderBy: { name: "asc" }, select })).map(toRow);
    },
    async listByKind(workspaceId: string, kind: ConnectionKind): Promise<ConnectionRow[]> {
      return (await db.connection.findMany({ where: { workspaceId, kind }, orderBy: { name: "asc" }, select })).map(toRow);
    },
    /** Those that were made or changed since their last check. */
    async listUnchecked(): Promise<ConnectionRow[]> {
      return (await db.connection.findMany({ where: { observedGeneration: { lt: db.connection.fields.generation } }, select })).map(toRow);
    },
    async findSealed(id: string): Promise<Uint8Array | null> {
      return (await db.connection.findUnique({ where: { id }, select: { sealed: true } }))?.sealed ?? null;
    },
    /** Rejects with a unique violation when the name is taken in the workspace. */
    async insert({ createdAt, properties, ...row }: NewConnection): Promise<ConnectionRow> {
      return toRow(await db.connection.create({ data: { ...row, properties: json(properties), createdAt: new Date(createdAt) }, select }));
    },
    /** Null when it is gone. */
    async change(id: string, { address, properties, sealed }: ConnectionChange): Promise<ConnectionRow | null> {
      const data = { address, properties: json(properties), ...(sealed === undefined ? {} : { sealed }), generation: { increment: 1 } };
      const { count } = await db.connection.updateMany({ where: { id }, data });
      return count === 0 ? null : this.findById(id);
    },
    /** Asks for another check. */
    async requestCheck(id: string): Promise<ConnectionRow | null> {
      const { count } = await db.connection.updateMany({ where: { id }, data: { generation: { increment: 1 } } });
      return count === 0 ? null : this.findById(id);
    },
    async remove(id: string): Promise<void> {
      await db.connection.deleteMany({ where: { id } });
    },
    /** What a check came to. Inside `fenced` only. */
    async noteCheck(id: string, generation: number, state: ConnectionState, message: string | null, atMs: number): Promise<void> {
      const data = { observedGeneration: generation, state, message, checkedAt: new Date(atMs) };
      await db.connection.updateMany({ where: { id, observedGeneration: { lte: generation } }, data });
    },
  };
}
