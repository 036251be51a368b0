import type { ClientKeyRules, ClientKeyUse } from "#server/domain/endpoint/client-key";
import type { Db } from "./client";
import { ms, msOrNull } from "./columns";
import type { Prisma } from "./generated/client";

export interface ClientKeyRow extends ClientKeyRules {
  readonly id: string;
  readonly endpointId: string;
  readonly name: string;
  /** First characters of the secret. */
  readonly prefix: string;
  /** Lower-case hex SHA-256 of the secret. */
  readonly sha256: string;
  /** The secret before the last rotation, and until when it is good. */
  readonly previous: { readonly sha256: string; readonly until: number } | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly rotatedAt: number | null;
  readonly revokedAt: number | null;
  readonly use: ClientKeyUse | null;
}

export type NewClientKey = Omit<ClientKeyRow, "previous" | "rotatedAt" | "revokedAt" | "use">;

const select = {
  id: true, endpointId: true, name: true, prefix: true, sha256: true, previousSha256: true, previousUntil: true, expiresAt: true, mayPin: true,
  ratePerSecond: true, dailyQuota: true, createdBy: true, createdAt: true, rotatedAt: true, revokedAt: true,
  usage: { select: { day: true, requests: true, total: true, lastUsedAt: true } },
} satisfies Prisma.ClientKeySelect; // prettier-ignore

function toRow(row: Prisma.ClientKeyGetPayload<{ select: typeof select }>): ClientKeyRow {
  const { previousSha256, previousUntil, usage, ...rest } = row;
  return {
    ...rest,
    previous: previousSha256 === null || previousUntil === null ? null : { sha256: previousSha256, until: ms(previousUntil) },
    expiresAt: msOrNull(row.expiresAt),
    createdAt: ms(row.createdAt),
    rotatedAt: msOrNull(row.rotatedAt),
    revokedAt: msOrNull(row.revokedAt),
    use: usage === null ? null : { ...usage, total: Number(usage.total), lastUsedAt: ms(usage.lastUsedAt) },
  };
}

const dateOrNull = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
const rulesData = ({ mayPin, expiresAt, ratePerSecond, dailyQuota }: ClientKeyRules) => ({
  mayPin,
  expiresAt: dateOrNull(expiresAt),
  ratePerSecond,
  dailyQuota,
});

/** Named client keys with what the ingester counted of them. Write with the endpoint's row locked. */
export function clientKeysRepository(db: Db) {
  return {
    /** All of an endpoint, revoked ones included, newest first. */
    async listByEndpoint(endpointId: string): Promise<ClientKeyRow[]> {
      return (await db.clientKey.findMany({ where: { endpointId }, orderBy: { id: "desc" }, select })).map(toRow);
    },
    /** Those that gateways have to know, of all endpoints that are not gone, by name. */
    async listInUse(): Promise<ClientKeyRow[]> {
      return (await db.clientKey.findMany({ where: { revokedAt: null, endpoint: { deletedAt: null } }, orderBy: { name: "asc" }, select })).map(toRow);
    },
    async findByName(endpointId: string, name: string): Promise<ClientKeyRow | null> {
      const row = await db.clientKey.findUnique({ where: { endpointId_name: { endpointId, name } }, select });
      return row === null ? null : toRow(row);
    },
    async countInUse(endpointId: string): Promise<number> {
      return db.clientKey.count({ where: { endpointId, revokedAt: null } });
    },
    async insert(row: NewClientKey): Promise<void> {
      const { id, endpointId, name, prefix, sha256, createdBy, createdAt } = row;
      const data = { id, endpointId, name, prefix, sha256, createdBy, createdAt: new Date(createdAt), ...rulesData(row) };
      await db.clientKey.create({ data, select: { id: true } });
    },
    async updateRules(id: string, rules: ClientKeyRules): Promise<void> {
      await db.clientKey.update({ where: { id }, data: rulesData(rules), select: { id: true } });
    },
    /** Puts a new secret in place of the present one, which goes on until `untilMs`; one that was replaced before ends at once. */
    async rotate(row: ClientKeyRow, next: Pick<ClientKeyRow, "prefix" | "sha256">, untilMs: number, atMs: number): Promise<void> {
      const data = { ...next, previousSha256: row.sha256, previousUntil: new Date(untilMs), rotatedAt: new Date(atMs) };
      await db.clientKey.update({ where: { id: row.id }, data, select: { id: true } });
    },
    async revoke(id: string, atMs: number): Promise<void> {
      await db.clientKey.update({ where: { id }, data: { revokedAt: new Date(atMs) }, select: { id: true } });
    },
    async removeByEndpoint(endpointId: string): Promise<void> {
      await db.clientKey.deleteMany({ where: { endpointId } });
    },
  };
}
