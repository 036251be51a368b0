import type { AssetMetadata } from "#server/domain/asset/metadata";
import type { AssetFile } from "#server/domain/model/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readFiles, readMetadata, writeMetadata } from "./columns";
import { escapeLike } from "./endpoints";
import type { Prisma } from "./generated/client";

export interface CodeRow extends AssetMetadata {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly version: number;
  readonly rootName: string;
  readonly files: readonly AssetFile[];
  /** Python files that define both `init` and `run`, found when the code was registered. */
  readonly scoringScripts: readonly string[];
  readonly digest: string;
  readonly sizeBytes: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly archivedAt: number | null;
  /** Made for a deployment that named none; `createdAt` then is when it was last asked for. */
  readonly anonymous: boolean;
}

const select = {
  id: true, workspaceId: true, name: true, version: true, rootName: true, files: true, scoringScripts: true, digest: true, sizeBytes: true, createdBy: true, createdAt: true,
  anonymous: true, description: true, tags: true, properties: true, archivedAt: true,
} satisfies Prisma.CodeAssetSelect; // prettier-ignore

const toRow = (row: Prisma.CodeAssetGetPayload<{ select: typeof select }>): CodeRow => ({
  ...row,
  files: readFiles(row.files),
  ...readMetadata(row),
  sizeBytes: Number(row.sizeBytes),
  createdAt: ms(row.createdAt),
  archivedAt: msOrNull(row.archivedAt),
});

export type NewCode = Omit<CodeRow, "version" | "archivedAt">;

/** Code folders; every registration under a name is a new version. */
export function codesRepository(db: Db) {
  return {
    async findById(id: string): Promise<CodeRow | null> {
      const row = await db.codeAsset.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findByNameVersion(workspaceId: string, name: string, version: number): Promise<CodeRow | null> {
      const row = await db.codeAsset.findFirst({ where: { workspaceId, version, name: { equals: escapeLike(name), mode: "insensitive" } }, select });
      return row === null ? null : toRow(row);
    },
    /** The highest version of the name that somebody named and that is not archived. */
    async findNewest(workspaceId: string, name: string): Promise<CodeRow | null> {
      const where = { workspaceId, anonymous: false, archivedAt: null, name: { equals: escapeLike(name), mode: "insensitive" as const } };
      const row = await db.codeAsset.findFirst({ where, orderBy: { version: "desc" }, select });
      return row === null ? null : toRow(row);
    },
    async listByIds(ids: readonly string[]): Promise<CodeRow[]> {
      return (await db.codeAsset.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    /** Newest first; anonymous ones only when asked for, archived ones never. */
    async listByWorkspace(workspaceId: string, options: { readonly anonymous?: boolean } = {}): Promise<CodeRow[]> {
      const where = { workspaceId, archivedAt: null, ...(options.anonymous === true ? {} : { anonymous: false }) };
      return (await db.codeAsset.findMany({ where, orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    /** All versions of one name, the highest first; archived and anonymous ones too. */
    async listVersions(workspaceId: string, name: string): Promise<CodeRow[]> {
      const where = { workspaceId, name: { equals: escapeLike(name), mode: "insensitive" as const } };
      return (await db.codeAsset.findMany({ where, orderBy: { version: "desc" }, select })).map(toRow);
    },
    /** The anonymous code of that content, kept from the sweep for another while; null when there is none. */
    async claimAnonymous(workspaceId: string, digest: string, atMs: number): Promise<CodeRow | null> {
      const [claimed] = await db.$queryRaw<{ id: string }[]>`UPDATE code_asset SET created_at = ${new Date(atMs)} WHERE id = (
        SELECT id FROM code_asset WHERE workspace_id = ${workspaceId} AND digest = ${digest} AND anonymous AND archived_at IS NULL ORDER BY version LIMIT 1 FOR UPDATE) RETURNING id`;
      return claimed === undefined ? null : this.findById(claimed.id);
    },
    /** Removes anonymous code last asked for before `beforeMs` that no revision of a live deployment names, and no environment builds from. */
    async removeUnusedAnonymous(beforeMs: number, limit: number): Promise<number> {
      return db.$executeRaw`DELETE FROM code_asset WHERE id IN (
        SELECT c.id FROM code_asset c WHERE c.anonymous AND c.created_at < ${new Date(beforeMs)}
          AND NOT EXISTS (SELECT 1 FROM deployment_revision r JOIN deployment d ON d.id = r.deployment_id
            WHERE d.deleted_at IS NULL AND r.spec->'codeConfiguration'->>'codeId' = c.id)
          AND NOT EXISTS (SELECT 1 FROM environment_version v WHERE v.spec->>'contextCodeId' = c.id)
        LIMIT ${limit})`;
    },
    /** The next version of the name; call it inside a transaction, which holds the name's lock until it ends. */
    async insert(row: NewCode): Promise<CodeRow> {
      await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`code:${row.workspaceId}:${row.name}`}, 0))`;
      const newest = await db.codeAsset.aggregate({ where: { workspaceId: row.workspaceId, name: row.name }, _max: { version: true } });
      const data = {
        ...row,
        version: (newest._max.version ?? 0) + 1,
        files: json(row.files),
        ...writeMetadata(row),
        scoringScripts: [...row.scoringScripts],
        sizeBytes: BigInt(row.sizeBytes),
        createdAt: new Date(row.createdAt),
      };
      return toRow(await db.codeAsset.create({ data, select }));
    },
  };
}
