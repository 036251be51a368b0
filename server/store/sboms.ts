import type { Db } from "./client";
import { json, ms, readRecord } from "./columns";

export interface ImageSbomRow {
  readonly buildId: string;
  /** CycloneDX. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly packageCount: number;
  /** Equal for images with the same packages. */
  readonly digest: string;
  readonly createdAt: number;
}

export type SbomSummary = Omit<ImageSbomRow, "document">;

/** What is installed in images, one document per build. */
export function sbomsRepository(db: Db) {
  return {
    async find(buildId: string): Promise<ImageSbomRow | null> {
      const row = await db.imageSbom.findUnique({
        where: { buildId },
        select: { buildId: true, document: true, packageCount: true, digest: true, createdAt: true },
      });
      return row === null ? null : { ...row, document: readRecord(row.document), createdAt: ms(row.createdAt) };
    },
    async listSummaries(buildIds: readonly string[]): Promise<SbomSummary[]> {
      const select = { buildId: true, packageCount: true, digest: true, createdAt: true };
      const rows = await db.imageSbom.findMany({ where: { buildId: { in: [...buildIds] } }, select });
      return rows.map((row) => ({ ...row, createdAt: ms(row.createdAt) }));
    },
    /** Of a build that ran again the newer document stays. */
    async put({ buildId, document, packageCount, digest, createdAt }: ImageSbomRow): Promise<void> {
      const data = { document: json(document), packageCount, digest, createdAt: new Date(createdAt) };
      await db.imageSbom.upsert({ where: { buildId }, create: { buildId, ...data }, update: data, select: { buildId: true } });
    },
  };
}
