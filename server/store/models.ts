import { z } from "zod";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import { modelTypes, type AssetFile, type ModelType } from "#server/domain/model/types";
import type { Db } from "./client";
import { json, ms, msOrNull, readFiles, readMetadata, writeMetadata } from "./columns";
import { escapeLike } from "./endpoints";
import type { Prisma } from "./generated/client";

/** One version together with the name it stands under. */
export interface ModelVersionRow extends AssetMetadata {
  readonly id: string;
  readonly modelId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly version: number;
  readonly type: ModelType;
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
  readonly digest: string;
  readonly sizeBytes: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly archivedAt: number | null;
}

const select = {
  id: true, modelId: true, version: true, type: true, rootName: true, isFile: true, files: true, digest: true, sizeBytes: true, description: true,
  tags: true, properties: true, createdBy: true, createdAt: true, archivedAt: true, model: { select: { name: true, workspaceId: true } },
} satisfies Prisma.ModelVersionSelect; // prettier-ignore

const toRow = ({ model, ...row }: Prisma.ModelVersionGetPayload<{ select: typeof select }>): ModelVersionRow => ({
  ...row,
  name: model.name,
  workspaceId: model.workspaceId,
  type: z.enum(modelTypes).parse(row.type),
  files: readFiles(row.files),
  ...readMetadata(row),
  sizeBytes: Number(row.sizeBytes),
  createdAt: ms(row.createdAt),
  archivedAt: msOrNull(row.archivedAt),
});

export type NewModelVersion = Omit<ModelVersionRow, "modelId" | "version" | "archivedAt">;

/** Models and their immutable versions. */
export function modelsRepository(db: Db) {
  return {
    async findVersion(id: string): Promise<ModelVersionRow | null> {
      const row = await db.modelVersion.findUnique({ where: { id }, select });
      return row === null ? null : toRow(row);
    },
    async findByNameVersion(workspaceId: string, name: string, version: number): Promise<ModelVersionRow | null> {
      const row = await db.modelVersion.findFirst({
        where: { version, model: { workspaceId, name: { equals: escapeLike(name), mode: "insensitive" } } },
        select,
      });
      return row === null ? null : toRow(row);
    },
    /** The highest version of the name that is not archived. */
    async findNewest(workspaceId: string, name: string): Promise<ModelVersionRow | null> {
      const model = { workspaceId, name: { equals: escapeLike(name), mode: "insensitive" as const } };
      const row = await db.modelVersion.findFirst({ where: { archivedAt: null, model }, orderBy: { version: "desc" }, select });
      return row === null ? null : toRow(row);
    },
    async listVersionsByIds(ids: readonly string[]): Promise<ModelVersionRow[]> {
      return (await db.modelVersion.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
    },
    /** Newest first; archived ones only when asked for. */
    async listVersions(workspaceId: string, name?: string, options: { readonly archived?: boolean } = {}): Promise<ModelVersionRow[]> {
      const model = { workspaceId, ...(name === undefined ? {} : { name: { equals: escapeLike(name), mode: "insensitive" as const } }) };
      const shown = options.archived === true ? { model } : { archivedAt: null, model };
      return (await db.modelVersion.findMany({ where: shown, orderBy: [{ createdAt: "desc" }, { version: "desc" }], select })).map(toRow);
    },
    /** The next version of the name, under the name's row lock so that two writers get two numbers; `modelId` is used when the name is new. */
    async insertVersion(row: NewModelVersion, modelId: string): Promise<ModelVersionRow> {
      const { workspaceId, name, ...version } = row;
      await db.$executeRaw`INSERT INTO model (id, workspace_id, name) VALUES (${modelId}, ${workspaceId}, ${name}) ON CONFLICT (workspace_id, name) DO NOTHING`;
      const [model] = await db.$queryRaw<{ id: string }[]>`SELECT id FROM model WHERE workspace_id = ${workspaceId} AND name = ${name} FOR UPDATE`;
      if (model === undefined) throw new Error("the model's row vanished inside its transaction");
      const newest = await db.modelVersion.aggregate({ where: { modelId: model.id }, _max: { version: true } });
      const data = {
        ...version,
        modelId: model.id,
        version: (newest._max.version ?? 0) + 1,
        files: json(row.files),
        ...writeMetadata(row),
        sizeBytes: BigInt(row.sizeBytes),
        createdAt: new Date(row.createdAt),
      };
      return toRow(await db.modelVersion.create({ data, select }));
    },
  };
}
