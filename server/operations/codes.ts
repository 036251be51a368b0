import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { CodeDto, codeFileSchema, createCodeSchema, FilePreviewDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { assetListSchema, assetVersionsSchema, downloadCodeSchema } from "#server/contract/params";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import { notFound } from "#server/domain/errors";
import { definesScoring } from "#server/domain/model/detect";
import type { AssetFile } from "#server/domain/model/types";
import type { CodeRow } from "#server/store/codes";
import { insertArtifacts, resolveContent, type ResolvedContent } from "./asset-content";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { downloadOf, type Download } from "./download";
import { previewFile } from "./model-files";
import { readText } from "./read-text";
import { lineageBy, namesOf, wholePage } from "./usage";

/** Scripts larger than this are not looked into: no scoring script is. */
const maxScriptBytes = 1024 * 1024;

async function toDtos(context: OperationContext, rows: readonly CodeRow[]): Promise<CodeDto[]> {
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  const labels = await context.store.labels.listByVersions(rows.map((row) => row.id));
  const lineageOf = await lineageBy(context, "codeId");
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    rootName: row.rootName,
    files: row.files.map((file) => ({ ...file })),
    sizeBytes: row.sizeBytes,
    scoringScripts: [...row.scoringScripts],
    description: row.description,
    tags: { ...row.tags },
    properties: { ...row.properties },
    labels: [...(labels.get(row.id) ?? [])],
    anonymous: row.anonymous,
    archivedAt: row.archivedAt,
    createdBy: nameOf(row.createdBy),
    createdAt: row.createdAt,
    ...lineageOf(row.id),
  }));
}

async function findScoringScripts(context: OperationContext, files: readonly AssetFile[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    if (!file.path.endsWith(".py") || file.sizeBytes > maxScriptBytes) continue;
    if (definesScoring(await readText(context, file.sha256))) found.push(file.path);
  }
  return found;
}

export async function listCodes(context: OperationContext, input: z.output<typeof assetListSchema>): Promise<Page<CodeDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.codes.listByWorkspace(context.actor.workspaceId, { anonymous: input.anonymous === "true" });
  return wholePage(await toDtos(context, rows));
}

/** Every version of one name, the highest first; archived ones when asked for. */
export async function listCodeVersions(context: OperationContext, input: z.output<typeof assetVersionsSchema>): Promise<Page<CodeDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.codes.listVersions(context.actor.workspaceId, input.name);
  if (rows.length === 0) throw notFound("code.not_found", `There is no code ${input.name.slice(0, 80)}.`);
  const shown = input.archived === "true" ? rows : rows.filter((row) => row.archivedAt === null);
  return wholePage(await toDtos(context, shown));
}

/** The version of the actor's workspace, archived or not. Rejects with `code.not_found`. */
export async function findCodeVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<CodeRow> {
  const row = await context.store.codes.findByNameVersion(context.actor.workspaceId, input.name, input.version);
  if (row === null) throw notFound("code.not_found", `There is no code ${input.name.slice(0, 80)}:${String(input.version)}.`);
  return row;
}

export async function getCodeVersion(context: OperationContext, input: { readonly name: string; readonly version: number }): Promise<CodeDto> {
  requireVerb(context.actor, "asset.read");
  return getCode(context, { id: (await findCodeVersion(context, input)).id });
}

async function findCode(context: OperationContext, id: string): Promise<CodeRow> {
  const row = await context.store.codes.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("code.not_found", "There is no such code.");
  return row;
}

/** One file of a code asset, to be read on a page. */
export async function previewCodeFile(context: OperationContext, input: z.output<typeof codeFileSchema>): Promise<FilePreviewDto> {
  requireVerb(context.actor, "asset.read");
  const row = await findCode(context, input.id);
  const file = row.files.find(({ path }) => path === input.path);
  if (file === undefined) throw notFound("code.file_not_found", `${row.name}:${String(row.version)} has no file ${input.path.slice(0, 200)}.`);
  return previewFile(context, file);
}

/** All files of a code folder as one archive, below the folder's name. */
export async function downloadCode(context: OperationContext, input: z.output<typeof downloadCodeSchema>): Promise<Download> {
  requireVerb(context.actor, "asset.read");
  const row = await findCode(context, input.id);
  const files = row.files.map((file) => ({ ...file, path: `${row.rootName}/${file.path}` }));
  return downloadOf(context, { name: `${row.name}-${String(row.version)}`, format: input.format, modifiedMs: row.createdAt, files });
}

export async function getCode(context: OperationContext, input: { readonly id: string }): Promise<CodeDto> {
  requireVerb(context.actor, "asset.read");
  const row = await findCode(context, input.id);
  const [dto] = await toDtos(context, [row]);
  if (dto === undefined) throw notFound("code.not_found", "There is no such code.");
  return dto;
}

interface NewCodeContent extends Omit<ResolvedContent, "isFile">, AssetMetadata {
  readonly name: string;
  readonly anonymous: boolean;
}

/** Registers files that are in the store; anonymous code of the same content is found again instead. */
export async function registerCode(context: OperationContext, content: NewCodeContent): Promise<CodeRow> {
  const { workspaceId, userId } = context.actor;
  const now = context.clock.now();
  const scoringScripts = await findScoringScripts(context, content.files);
  const id = context.newId("code");
  return context.store.transaction(async (session) => {
    const known = content.anonymous ? await session.codes.claimAnonymous(workspaceId, content.digest, now) : null;
    if (known !== null) return known;
    await insertArtifacts(session, content.files);
    const row = await session.codes.insert({ id, workspaceId, ...content, scoringScripts, createdBy: userId, createdAt: now });
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "code",
      targetId: id,
      targetName: `${row.name}:${row.version}`,
      after: { digest: content.digest },
    });
    return row;
  });
}

/** Registers completed uploads as the next version of a code folder and finds the scripts in it that can score. */
export async function createCode(context: OperationContext, input: z.output<typeof createCodeSchema>): Promise<CodeDto> {
  requireVerb(context.actor, "asset.write");
  const { isFile: _, ...content } = await resolveContent(context, input.content);
  const { name, anonymous, description, tags, properties } = input;
  const { id } = await registerCode(context, { ...content, name, anonymous, description, tags, properties });
  return getCode(context, { id });
}
