import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { createModelVersionSchema, ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { assetVersionsSchema } from "#server/contract/params";
import { notFound } from "#server/domain/errors";
import { detectModelType } from "#server/domain/model/detect";
import type { ModelVersionRow } from "#server/store/models";
import { insertArtifacts, resolveContent } from "./asset-content";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { lineageBy, namesOf, newestOfEach, wholePage } from "./usage";

async function toDtos(context: OperationContext, rows: readonly ModelVersionRow[]): Promise<ModelVersionDto[]> {
  const lineageOf = await lineageBy(context, "modelVersionId");
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  const labels = await context.store.labels.listByVersions(rows.map((row) => row.id));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    type: row.type,
    rootName: row.rootName,
    isFile: row.isFile,
    files: row.files.map((file) => ({ ...file })),
    digest: row.digest,
    sizeBytes: row.sizeBytes,
    description: row.description,
    tags: { ...row.tags },
    properties: { ...row.properties },
    labels: [...(labels.get(row.id) ?? [])],
    archivedAt: row.archivedAt,
    createdBy: nameOf(row.createdBy),
    createdAt: row.createdAt,
    ...lineageOf(row.id),
  }));
}

/** The newest version of every model. */
export async function listModels(context: OperationContext): Promise<Page<ModelVersionDto>> {
  requireVerb(context.actor, "asset.read");
  return wholePage(await toDtos(context, newestOfEach(await context.store.models.listVersions(context.actor.workspaceId))));
}

/** Every version of one model, newest first; archived ones when asked for. A model of which all are archived has none to list, but is there. */
export async function listModelVersions(context: OperationContext, input: z.output<typeof assetVersionsSchema>): Promise<Page<ModelVersionDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.models.listVersions(context.actor.workspaceId, input.name, { archived: true });
  if (rows.length === 0) throw notFound("model.not_found", `There is no model ${input.name}.`);
  const shown = input.archived === "true" ? rows : rows.filter((row) => row.archivedAt === null);
  return wholePage(await toDtos(context, shown));
}

/** The version of the actor's workspace, archived or not. Rejects with `model.not_found`. */
export async function findModelVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<ModelVersionRow> {
  const row = await context.store.models.findByNameVersion(context.actor.workspaceId, input.name, input.version);
  if (row === null) throw notFound("model.not_found", `There is no model ${input.name}:${input.version}.`);
  return row;
}

export async function getModelVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.read");
  const [dto] = await toDtos(context, [await findModelVersion(context, input)]);
  if (dto === undefined) throw notFound("model.not_found", "There is no such model.");
  return dto;
}

/** Registers completed uploads as the next version of a name; the type is detected unless it is given. */
export async function createModelVersion(context: OperationContext, input: z.output<typeof createModelVersionSchema>): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.write");
  const content = await resolveContent(context, input.content);
  const { workspaceId, userId } = context.actor;
  const row = await context.store.transaction(async (session) => {
    await insertArtifacts(session, content.files);
    const id = context.newId("modelVersion");
    const version = {
      id,
      workspaceId,
      name: input.name,
      type: input.type ?? detectModelType(content.files),
      description: input.description,
      tags: input.tags,
      properties: input.properties,
      ...content,
    };
    const inserted = await session.models.insertVersion({ ...version, createdBy: userId, createdAt: context.clock.now() }, context.newId("model"));
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "model",
      targetId: id,
      targetName: `${input.name}:${inserted.version}`,
      after: { digest: content.digest },
    });
    return inserted;
  });
  return getModelVersion(context, { name: row.name, version: row.version });
}
