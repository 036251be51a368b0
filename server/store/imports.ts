import { z } from "zod";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import { importStates, type ImportSource, type ImportState } from "#server/domain/import/types";
import { modelTypes, type AssetFile, type ModelType } from "#server/domain/model/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readFiles, readMetadata, writeMetadata } from "./columns";
import type { ModelImport } from "./generated/client";

export interface ModelImportRow extends AssetMetadata {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly type: ModelType | null;
  readonly source: ImportSource;
  readonly unpack: boolean;
  readonly sha256: string | null;
  readonly state: ImportState;
  readonly cancelRequested: boolean;
  readonly stored: readonly AssetFile[];
  readonly doneBytes: number;
  readonly totalBytes: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly version: number | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

const sourceColumn = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("http"), url: z.string() }),
  z.object({ kind: z.literal("s3"), connectionId: z.string(), bucket: z.string(), key: z.string() }),
  z.object({ kind: z.literal("path"), path: z.string() }),
]);

const toRow = (row: ModelImport): ModelImportRow => ({
  ...row,
  type: z.enum(modelTypes).nullable().parse(row.type),
  ...readMetadata(row),
  source: sourceColumn.parse(row.source),
  state: z.enum(importStates).parse(row.state),
  stored: readFiles(row.stored),
  doneBytes: Number(row.doneBytes),
  totalBytes: row.totalBytes === null ? null : Number(row.totalBytes),
  createdAt: ms(row.createdAt),
  startedAt: msOrNull(row.startedAt),
  finishedAt: msOrNull(row.finishedAt),
});

export type NewModelImport = Pick<
  ModelImportRow,
  "id" | "workspaceId" | "name" | "type" | keyof AssetMetadata | "source" | "unpack" | "sha256" | "createdBy" | "createdAt"
>;

export interface ImportEnd {
  readonly state: "Succeeded" | "Failed" | "Canceled";
  readonly reason: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly version: number | null;
}

const open: ImportState[] = ["Queued", "Running"];

/** Models that are being fetched from elsewhere, and what came of it. */
export function importsRepository(db: Db) {
  return {
    async findById(id: string): Promise<ModelImportRow | null> {
      const row = await db.modelImport.findUnique({ where: { id } });
      return row === null ? null : toRow(row);
    },
    /** Newest first. */
    async listByWorkspace(workspaceId: string, limit: number): Promise<ModelImportRow[]> {
      return (await db.modelImport.findMany({ where: { workspaceId }, orderBy: { createdAt: "desc" }, take: limit })).map(toRow);
    },
    async listOpen(): Promise<ModelImportRow[]> {
      return (await db.modelImport.findMany({ where: { state: { in: open } }, orderBy: { createdAt: "asc" } })).map(toRow);
    },
    async insert({ createdAt, source, ...row }: NewModelImport): Promise<ModelImportRow> {
      return toRow(await db.modelImport.create({ data: { ...row, ...writeMetadata(row), source: json(source), createdAt: new Date(createdAt) } }));
    },
    /** Asks for its end; one that has ended stays as it is. */
    async requestCancel(id: string): Promise<void> {
      await db.modelImport.updateMany({ where: { id, state: { in: open } }, data: { cancelRequested: true } });
    },
    async begin(id: string, atMs: number): Promise<void> {
      await db.modelImport.updateMany({ where: { id, state: "Queued" }, data: { state: "Running", startedAt: new Date(atMs) } });
    },
    /** Notes how far it is; whether somebody wants it ended. */
    async progress(id: string, doneBytes: number, totalBytes: number | null): Promise<boolean> {
      const data = { doneBytes: BigInt(doneBytes), totalBytes: totalBytes === null ? null : BigInt(totalBytes) };
      const [row] = await db.modelImport.updateManyAndReturn({ where: { id }, data, select: { cancelRequested: true } });
      return row?.cancelRequested ?? true;
    },
    async keepStored(id: string, stored: readonly AssetFile[]): Promise<void> {
      await db.modelImport.updateMany({ where: { id }, data: { stored: json(stored) } });
    },
    async finish(id: string, end: ImportEnd, atMs: number): Promise<void> {
      await db.modelImport.updateMany({ where: { id, state: { in: open } }, data: { ...end, stored: [], finishedAt: new Date(atMs) } });
    },
    async removeEnded(beforeMs: number): Promise<number> {
      return (await db.modelImport.deleteMany({ where: { state: { notIn: open }, finishedAt: { lt: new Date(beforeMs) } } })).count;
    },
  };
}
