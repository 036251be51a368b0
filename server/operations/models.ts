import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { createModelVersionSchema, ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { compareVersionsSchema, modelVersionsSchema } from "#server/contract/params";
import { invalidState, notFound } from "#server/domain/errors";
import { compareVersions, type VersionComparison } from "#server/domain/model/compare";
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
export async function listModelVersions(context: OperationContext, input: z.output<typeof modelVersionsSchema>): Promise<Page<ModelVersionDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.models.listVersions(context.actor.workspaceId, input.name, { archived: true });
  if (rows.length === 0) throw notFound("model.not_found", `There is no model ${input.name}.`);
  const shown = input.archived === "true" ? rows : rows.filter((row) => row.archivedAt === null);
  return wholePage(await toDtos(context, shown));
}

async function findVersion(context: OperationContext, name: string, version: number): Promise<ModelVersionRow> {
  const row = await context.store.models.findByNameVersion(context.actor.workspaceId, name, version);
  if (row === null) throw notFound("model.not_found", `There is no model ${name}:${version}.`);
  return row;
}

export async function getModelVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.read");
  const [dto] = await toDtos(context, [await findVersion(context, input.name, input.version)]);
  if (dto === undefined) throw notFound("model.not_found", "There is no such model.");
  return dto;
}

/** What differs between two versions of one model. */
export async function compareModelVersions(context: OperationContext, input: z.output<typeof compareVersionsSchema>): Promise<VersionComparison> {
  requireVerb(context.actor, "asset.read");
  const [before, after] = await Promise.all([findVersion(context, input.name, input.from), findVersion(context, input.name, input.to)]);
  return compareVersions(before, after);
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

/** Hides a version that no deployment uses and frees its labels; its content stays, so that it can be brought back. */
export async function archiveModelVersion(context: OperationContext, input: { readonly id: string }): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.write");
  const row = await context.store.models.findVersion(input.id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("model.not_found", "There is no such model version.");
  const [dto] = await toDtos(context, [row]);
  const user = dto?.usedBy[0];
  if (dto === undefined || user !== undefined)
    throw invalidState(
      "model.in_use",
      `${row.name}:${row.version} is used by ${user?.endpoint ?? ""}/${user?.deployment ?? ""}. Delete or change that deployment first.`,
    );
  await context.store.transaction(async (session) => {
    await session.models.archiveVersion(row.id, context.clock.now());
    await session.labels.removeByVersion(row.id);
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "model",
      targetId: row.id,
      targetName: `${row.name}:${row.version}`,
      after: { archived: true },
    });
  });
  return dto;
}

/** Brings an archived version back; "it is not archived" is success. */
export async function restoreModelVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.write");
  const row = await findVersion(context, input.name, input.version);
  if (row.archivedAt !== null)
    await context.store.transaction(async (session) => {
      await session.models.restoreVersion(row.id);
      await writeAudit(context, session, {
        action: "asset.write",
        targetType: "model",
        targetId: row.id,
        targetName: `${row.name}:${row.version}`,
        after: { archived: false },
      });
    });
  return getModelVersion(context, input);
}

/** The same by name and version, as scripts say it. */
export async function archiveModelVersionByName(
  context: OperationContext,
  input: { readonly name: string; readonly version: number },
): Promise<ModelVersionDto> {
  requireVerb(context.actor, "asset.write");
  return archiveModelVersion(context, { id: (await findVersion(context, input.name, input.version)).id });
}
