import type { Db } from "./client";

export interface IdentityRow {
  readonly issuer: string;
  readonly subject: string;
  readonly userId: string;
}

const select = { issuer: true, subject: true, userId: true } as const;

/** Which person a subject of an OIDC provider is. */
export function identitiesRepository(db: Db) {
  return {
    async find(issuer: string, subject: string): Promise<IdentityRow | null> {
      return db.userIdentity.findUnique({ where: { issuer_subject: { issuer, subject } }, select });
    },
    /** The person's identity at one provider; a person has at most one there. */
    async findByUser(issuer: string, userId: string): Promise<IdentityRow | null> {
      return db.userIdentity.findUnique({ where: { userId_issuer: { userId, issuer } }, select });
    },
    /** Rejects with a unique violation when the subject is somebody already, or the person has another subject at this provider. */
    async insert(row: IdentityRow, atMs: number): Promise<void> {
      const at = new Date(atMs);
      await db.userIdentity.create({ data: { ...row, createdAt: at, lastUsedAt: at }, select: { userId: true } });
    },
    async touch(issuer: string, subject: string, atMs: number): Promise<void> {
      await db.userIdentity.updateMany({ where: { issuer, subject }, data: { lastUsedAt: new Date(atMs) } });
    },
  };
}
