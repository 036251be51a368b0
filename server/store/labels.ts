import type { AssetKind } from "#server/domain/asset/reference";
import type { Db } from "./client";

export interface AssetLabelRow {
  readonly workspaceId: string;
  readonly kind: AssetKind;
  readonly name: string;
  readonly label: string;
  readonly versionId: string;
}

/** Labels of versions. One label stands at one version of a name; setting it elsewhere moves it. */
export function labelsRepository(db: Db) {
  const keyOf = ({ workspaceId, kind, name, label }: Omit<AssetLabelRow, "versionId">) => ({ workspaceId, kind, name: name.toLowerCase(), label });
  return {
    async findVersionId(key: Omit<AssetLabelRow, "versionId">): Promise<string | null> {
      const row = await db.assetLabel.findUnique({ where: { workspaceId_kind_name_label: keyOf(key) }, select: { versionId: true } });
      return row?.versionId ?? null;
    },
    /** Labels by the id of the version that they stand at, in order. */
    async listByVersions(versionIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
      const rows = await db.assetLabel.findMany({ where: { versionId: { in: [...versionIds] } }, orderBy: { label: "asc" } });
      const found = new Map<string, string[]>();
      for (const row of rows) found.set(row.versionId, [...(found.get(row.versionId) ?? []), row.label]);
      return found;
    },
    async set({ versionId, ...key }: AssetLabelRow, createdBy: string, atMs: number): Promise<void> {
      const data = { versionId, createdBy, createdAt: new Date(atMs) };
      await db.assetLabel.upsert({ where: { workspaceId_kind_name_label: keyOf(key) }, create: { ...keyOf(key), ...data }, update: data });
    },
    /** Whether it stood at that version; one that was moved away stays where it is. */
    async remove({ versionId, ...key }: AssetLabelRow): Promise<boolean> {
      return (await db.assetLabel.deleteMany({ where: { ...keyOf(key), versionId } })).count > 0;
    },
    async removeByVersion(versionId: string): Promise<void> {
      await db.assetLabel.deleteMany({ where: { versionId } });
    },
  };
}
