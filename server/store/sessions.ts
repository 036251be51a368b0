import type { Db } from "./client";
import { ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";
import { readRole, type StoredRole } from "./users";

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

const select = { id: true, userId: true, userAgent: true, createdAt: true, lastSeenAt: true, expiresAt: true, revokedAt: true } satisfies Prisma.SessionSelect;
const toRow = (row: Prisma.SessionGetPayload<{ select: typeof select }>): SessionRow => ({
  ...row,
  createdAt: ms(row.createdAt),
  lastSeenAt: ms(row.lastSeenAt),
  expiresAt: ms(row.expiresAt),
  revokedAt: msOrNull(row.revokedAt),
});

/** Browser sign-ins. */
export function sessionsRepository(db: Db) {
  return {
    async findById(id: string): Promise<SessionRow | null> {
      const row = await db.session.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async insert(row: Pick<SessionRow, "id" | "userId" | "userAgent" | "createdAt" | "expiresAt">): Promise<void> {
      const at = new Date(row.createdAt);
      await db.session.create({ data: { ...row, createdAt: at, lastSeenAt: at, expiresAt: new Date(row.expiresAt) }, select: { id: true } });
    },
    async touch(id: string, atMs: number): Promise<void> {
      await db.session.updateMany({ where: { id }, data: { lastSeenAt: new Date(atMs) } });
    },
    async revoke(id: string, atMs: number): Promise<void> {
      await db.session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(atMs) } });
    },
    async revokeAll(userId: string, atMs: number): Promise<number> {
      return (await db.session.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date(atMs) } })).count;
    },
    async removeExpired(beforeMs: number): Promise<number> {
      return (await db.session.deleteMany({ where: { expiresAt: { lt: new Date(beforeMs) } } })).count;
    },
  };
}

export interface AccessTokenRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly userId: string;
  readonly name: string;
  readonly role: StoredRole;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

const tokenSelect = {
  id: true, workspaceId: true, userId: true, name: true, role: true, createdAt: true, expiresAt: true, lastUsedAt: true, revokedAt: true,
} satisfies Prisma.PersonalAccessTokenSelect; // prettier-ignore
const toToken = (row: Prisma.PersonalAccessTokenGetPayload<{ select: typeof tokenSelect }>): AccessTokenRow => ({
  ...row,
  role: readRole(row.role),
  createdAt: ms(row.createdAt),
  expiresAt: msOrNull(row.expiresAt),
  lastUsedAt: msOrNull(row.lastUsedAt),
  revokedAt: msOrNull(row.revokedAt),
});

/** Personal access tokens, by hash. */
export function tokensRepository(db: Db) {
  return {
    async findByHash(tokenHash: string): Promise<AccessTokenRow | null> {
      const row = await db.personalAccessToken.findUnique({ where: { tokenHash }, select: tokenSelect });
      return row === null ? null : toToken(row);
    },
    async listByUser(userId: string): Promise<AccessTokenRow[]> {
      return (await db.personalAccessToken.findMany({ where: { userId, revokedAt: null }, orderBy: { createdAt: "desc" }, select: tokenSelect })).map(toToken);
    },
    async insert(
      row: Pick<AccessTokenRow, "id" | "workspaceId" | "userId" | "name" | "role" | "createdAt" | "expiresAt">,
      tokenHash: string,
    ): Promise<AccessTokenRow> {
      const data = { ...row, tokenHash, createdAt: new Date(row.createdAt), expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt) };
      return toToken(await db.personalAccessToken.create({ data, select: tokenSelect }));
    },
    async touch(id: string, atMs: number): Promise<void> {
      await db.personalAccessToken.updateMany({ where: { id }, data: { lastUsedAt: new Date(atMs) } });
    },
    /** False when the person has no such token. */
    async revoke(id: string, userId: string, atMs: number): Promise<boolean> {
      return (await db.personalAccessToken.updateMany({ where: { id, userId, revokedAt: null }, data: { revokedAt: new Date(atMs) } })).count > 0;
    },
    async revokeAll(userId: string, atMs: number): Promise<number> {
      return (await db.personalAccessToken.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date(atMs) } })).count;
    },
  };
}
