import type { AssetMetadata } from "#server/domain/asset/metadata";
import type { AssetKind } from "#server/domain/asset/reference";
import type { Db } from "./client";
import { Prisma } from "./generated/client";

const tables: Readonly<Record<AssetKind, Prisma.Sql>> = {
  model: Prisma.raw("model_version"),
  environment: Prisma.raw("environment_version"),
  code: Prisma.raw("code_asset"),
};

/** What changes of a version, whichever kind it is; its content never does. */
export function assetVersionsRepository(db: Db) {
  return {
    /** Ids of those that were not archived before. */
    async archive(kind: AssetKind, ids: readonly string[], atMs: number): Promise<readonly string[]> {
      const rows = await db.$queryRaw<{ id: string }[]>`UPDATE ${tables[kind]} SET archived_at = ${new Date(atMs)}
        WHERE id = ANY(${[...ids]}) AND archived_at IS NULL RETURNING id`;
      return rows.map((row) => row.id);
    },
    /** Ids of those that were archived until now. */
    async restore(kind: AssetKind, ids: readonly string[]): Promise<readonly string[]> {
      const rows = await db.$queryRaw<{ id: string }[]>`UPDATE ${tables[kind]} SET archived_at = NULL
        WHERE id = ANY(${[...ids]}) AND archived_at IS NOT NULL RETURNING id`;
      return rows.map((row) => row.id);
    },
    async setMetadata(kind: AssetKind, id: string, { description, tags, properties }: AssetMetadata): Promise<void> {
      await db.$executeRaw`UPDATE ${tables[kind]} SET description = ${description}, tags = ${JSON.stringify(tags)}::jsonb,
        properties = ${JSON.stringify(properties)}::jsonb WHERE id = ${id}`;
    },
  };
}
