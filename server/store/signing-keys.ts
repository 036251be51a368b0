import { z } from "zod";
import type { Db } from "./client";
import { json, ms } from "./columns";
import type { Prisma } from "./generated/client";

/** Public key of a signing key; a row of another shape was written by nobody of ours. */
const publicJwk = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  use: z.literal("sig"),
  alg: z.literal("ES256"),
});

export interface SigningKeyRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly kid: string;
  readonly publicJwk: z.output<typeof publicJwk>;
  /** Sealed for the row's id. */
  readonly privateSealed: Uint8Array<ArrayBuffer>;
  readonly createdAt: number;
}

const select = { id: true, workspaceId: true, kid: true, publicJwk: true, privateSealed: true, createdAt: true } satisfies Prisma.SigningKeySelect;
const toRow = (row: Prisma.SigningKeyGetPayload<{ select: typeof select }>): SigningKeyRow => ({
  ...row,
  publicJwk: publicJwk.parse(row.publicJwk),
  createdAt: ms(row.createdAt),
});

/** Keys that sign the tokens of a workspace's endpoints. A row is a key that is published. */
export function signingKeysRepository(db: Db) {
  return {
    /** Of all workspaces, oldest first. */
    async list(): Promise<SigningKeyRow[]> {
      return (await db.signingKey.findMany({ orderBy: [{ createdAt: "asc" }, { id: "asc" }], select })).map(toRow);
    },
    async listByWorkspace(workspaceId: string): Promise<SigningKeyRow[]> {
      return (await db.signingKey.findMany({ where: { workspaceId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }], select })).map(toRow);
    },
    async insert(row: SigningKeyRow): Promise<void> {
      const data = { ...row, publicJwk: json(row.publicJwk), createdAt: new Date(row.createdAt) };
      await db.signingKey.create({ data, select: { id: true } });
    },
    async remove(ids: readonly string[]): Promise<void> {
      await db.signingKey.deleteMany({ where: { id: { in: [...ids] } } });
    },
  };
}
