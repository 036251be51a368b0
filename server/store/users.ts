import { z } from "zod";
import type { Db } from "./client";
import { ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";

const roleColumn = z.enum(["reader", "contributor", "owner"]);
export type StoredRole = z.infer<typeof roleColumn>;
export const readRole = (value: string): StoredRole => roleColumn.parse(value);

export interface WorkspaceRow {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** argon2id; null for accounts of an OIDC provider. */
  readonly passwordHash: string | null;
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

/** A person with the role that they have in one workspace. */
export interface MemberRow {
  readonly user: UserRow;
  readonly workspaceId: string;
  readonly role: StoredRole;
}

const workspaceSelect = { id: true, subscriptionId: true, resourceGroup: true, name: true } satisfies Prisma.WorkspaceSelect;
export const userSelect = { id: true, email: true, name: true, passwordHash: true, createdAt: true, disabledAt: true } satisfies Prisma.UserSelect;
export const toUser = (row: Prisma.UserGetPayload<{ select: typeof userSelect }>): UserRow => ({
  ...row,
  createdAt: ms(row.createdAt),
  disabledAt: msOrNull(row.disabledAt),
});
const memberSelect = { workspaceId: true, role: true, user: { select: userSelect } } satisfies Prisma.MembershipSelect;
const toMember = (row: Prisma.MembershipGetPayload<{ select: typeof memberSelect }>): MemberRow => ({
  workspaceId: row.workspaceId,
  role: readRole(row.role),
  user: toUser(row.user),
});

export function workspacesRepository(db: Db) {
  return {
    async findById(id: string): Promise<WorkspaceRow | null> {
      return db.workspace.findUnique({ where: { id }, select: workspaceSelect });
    },
    /** Oldest first; a fresh installation has exactly one. */
    async list(): Promise<WorkspaceRow[]> {
      return db.workspace.findMany({ orderBy: { createdAt: "asc" }, select: workspaceSelect });
    },
    async insert(row: WorkspaceRow): Promise<WorkspaceRow> {
      return db.workspace.create({ data: row, select: workspaceSelect });
    },
  };
}

/** People and their place in a workspace. Email addresses are kept in lower case. */
export function usersRepository(db: Db) {
  return {
    async findById(id: string): Promise<UserRow | null> {
      const row = await db.user.findUnique({ where: { id }, select: userSelect });
      return row === null ? null : toUser(row);
    },
    async findByEmail(email: string): Promise<UserRow | null> {
      const row = await db.user.findUnique({ where: { email: email.toLowerCase() }, select: userSelect });
      return row === null ? null : toUser(row);
    },
    async listByIds(ids: readonly string[]): Promise<UserRow[]> {
      return (await db.user.findMany({ where: { id: { in: [...ids] } }, select: userSelect })).map(toUser);
    },
    /** Rejects with a unique violation when the address is taken. */
    async insert(row: Pick<UserRow, "id" | "email" | "name" | "passwordHash">): Promise<UserRow> {
      return toUser(await db.user.create({ data: { ...row, email: row.email.toLowerCase() }, select: userSelect }));
    },
    async updatePassword(id: string, passwordHash: string): Promise<void> {
      await db.user.updateMany({ where: { id }, data: { passwordHash } });
    },
    async updateDisabled(id: string, disabledAt: number | null): Promise<void> {
      await db.user.updateMany({ where: { id }, data: { disabledAt: disabledAt === null ? null : new Date(disabledAt) } });
    },

    async findMember(workspaceId: string, userId: string): Promise<MemberRow | null> {
      const row = await db.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } }, select: memberSelect });
      return row === null ? null : toMember(row);
    },
    /** The workspace that a person works in: the first that they joined. */
    async findFirstMembership(userId: string): Promise<MemberRow | null> {
      const row = await db.membership.findFirst({ where: { userId }, orderBy: { createdAt: "asc" }, select: memberSelect });
      return row === null ? null : toMember(row);
    },
    async listMembers(workspaceId: string): Promise<MemberRow[]> {
      return (await db.membership.findMany({ where: { workspaceId }, orderBy: { createdAt: "asc" }, select: memberSelect })).map(toMember);
    },
    /** Locks the workspace's memberships, so that two writers cannot both remove the last owner. */
    async lockMembers(workspaceId: string): Promise<MemberRow[]> {
      await db.$queryRaw`SELECT id FROM workspace WHERE id = ${workspaceId} FOR UPDATE`;
      return this.listMembers(workspaceId);
    },
    async putMembership(id: string, workspaceId: string, userId: string, role: StoredRole): Promise<void> {
      await db.membership.upsert({
        where: { workspaceId_userId: { workspaceId, userId } },
        create: { id, workspaceId, userId, role },
        update: { role },
        select: { id: true },
      });
    },
  };
}
