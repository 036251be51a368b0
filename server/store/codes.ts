import type { AssetFile } from "#server/domain/model/types";
import type { Db } from "./client";
import { json, ms, readFiles } from "./columns";
import { escapeLike } from "./endpoints";
import type { Prisma } from "./generated/client";

export interface CodeRow {
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
}

const select = {
  id: true, workspaceId: true, name: true, version: true, rootName: true, files: true, scoringScripts: true, digest: true, sizeBytes: true, createdBy: true, createdAt: true,
} satisfies Prisma.CodeAssetSelect; // prettier-ignore

const toRow = (row: Prisma.CodeAssetGetPayload<{ select: typeof select }>): CodeRow => ({
  ...row,
  files: readFiles(row.files),
  sizeBytes: Number(row.sizeBytes),
  createdAt: ms(row.createdAt),
});

export type NewCode = Omit<CodeRow, "version">;

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
    async listByIds(ids: readonly string[]): Promise<CodeRow[]> {
      return (await db.codeAsset.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    async listByWorkspace(workspaceId: string): Promise<CodeRow[]> {
      return (await db.codeAsset.findMany({ where: { workspaceId }, orderBy: { createdAt: "desc" }, select })).map(toRow);
    },
    /** The next version of the name; call it inside a transaction, which holds the name's lock until it ends. */
    async insert(row: NewCode): Promise<CodeRow> {
      await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`code:${row.workspaceId}:${row.name}`}, 0))`;
      const newest = await db.codeAsset.aggregate({ where: { workspaceId: row.workspaceId, name: row.name }, _max: { version: true } });
      const data = {
        ...row,
        version: (newest._max.version ?? 0) + 1,
        files: json(row.files),
        scoringScripts: [...row.scoringScripts],
        sizeBytes: BigInt(row.sizeBytes),
        createdAt: new Date(row.createdAt),
      };
      return toRow(await db.codeAsset.create({ data, select }));
    },
  };
}
