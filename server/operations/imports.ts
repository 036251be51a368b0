import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { ImportOptionsDto, ModelImportDto, startImportSchema } from "#server/contract/import";
import { invalidInput, invalidState, notFound } from "#server/domain/errors";
import { isImportOpen, type ImportSource } from "#server/domain/import/types";
import type { ModelImportRow } from "#server/store/imports";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { namesOf, wholePage } from "./usage";

const listed = 50;

function shownSource(source: ImportSource): string {
  if (source.kind === "path") return source.path;
  if (source.kind === "s3") return `s3://${source.bucket}/${source.key}`;
  const { origin, pathname } = new URL(source.url);
  return `${origin}${pathname}`;
}

async function toDtos(context: OperationContext, rows: readonly ModelImportRow[]): Promise<ModelImportDto[]> {
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  return rows.map(({ id, name, state, doneBytes, totalBytes, reason, message, hint, version, createdAt, finishedAt, ...row }) => ({
    id,
    name,
    source: shownSource(row.source),
    state,
    cancelling: row.cancelRequested && isImportOpen(state),
    doneBytes,
    totalBytes,
    reason,
    message,
    hint,
    version,
    createdBy: nameOf(row.createdBy),
    createdAt,
    finishedAt,
  }));
}

async function find(context: OperationContext, id: string): Promise<ModelImportRow> {
  const row = await context.store.imports.findById(id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("import.not_found", "There is no such import.");
  return row;
}

export async function listModelImports(context: OperationContext): Promise<Page<ModelImportDto>> {
  requireVerb(context.actor, "asset.read");
  return wholePage(await toDtos(context, await context.store.imports.listByWorkspace(context.actor.workspaceId, listed)));
}

export async function getModelImport(context: OperationContext, input: { readonly id: string }): Promise<ModelImportDto> {
  requireVerb(context.actor, "asset.read");
  const [dto] = await toDtos(context, [await find(context, input.id)]);
  if (dto === undefined) throw notFound("import.not_found", "There is no such import.");
  return dto;
}

/** What this installation can import from. */
export async function getImportOptions(context: OperationContext): Promise<ImportOptionsDto> {
  requireVerb(context.actor, "asset.read");
  const connections = await context.store.connections.listByKind(context.actor.workspaceId, "s3");
  return { paths: context.settings.imports.paths, connections: connections.map(({ id, name, address }) => ({ id, name, address })) };
}

/** Refuses at once what the control plane could only refuse later. */
async function resolveSource(context: OperationContext, source: z.output<typeof startImportSchema>["source"]): Promise<ImportSource> {
  if (source.kind === "http") return source;
  if (source.kind === "path") {
    if (context.settings.imports.paths.some((folder) => source.path === folder || source.path.startsWith(`${folder.replace(/\/$/, "")}/`))) return source;
    throw invalidInput("import.path_refused", `${source.path.slice(0, 200)} is not in a folder that may be imported from.`, [
      {
        path: "source.path",
        message: "is not allowed",
        remedy: `Allowed: ${context.settings.imports.paths.join(", ") || "none; an administrator sets SLUICE_IMPORT_PATHS"}.`,
      },
    ]);
  }
  const connections = await context.store.connections.listByKind(context.actor.workspaceId, "s3");
  const connection = connections.find(({ id, name }) => id === source.connection || name === source.connection);
  if (connection === undefined)
    throw invalidInput("import.connection_unknown", `There is no connection ${source.connection.slice(0, 80)} to S3 storage.`, [
      { path: "source.connection", message: "is unknown", remedy: "Make a connection of kind s3 first." },
    ]);
  return { kind: "s3", connectionId: connection.id, bucket: source.bucket, key: source.key };
}

/** Has the control plane fetch a model; what comes of it becomes the next version of the name. */
export async function startModelImport(context: OperationContext, input: z.output<typeof startImportSchema>): Promise<ModelImportDto> {
  requireVerb(context.actor, "asset.write");
  const source = await resolveSource(context, input.source);
  const { workspaceId, userId } = context.actor;
  const id = context.newId("modelImport");
  const { name, description, tags, properties, unpack } = input;
  const row = { id, workspaceId, name, type: input.type ?? null, description, tags, properties, source, unpack, sha256: input.sha256?.toLowerCase() ?? null };
  await context.store.transaction(async (session) => {
    await session.imports.insert({ ...row, createdBy: userId, createdAt: context.clock.now() });
    await session.changes.append("model_import", id);
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "model_import",
      targetId: id,
      targetName: name,
      after: { source: shownSource(source) },
    });
  });
  return getModelImport(context, { id });
}

/** Asks for the end of an import. What it fetched until then is swept. */
export async function cancelModelImport(context: OperationContext, input: { readonly id: string }): Promise<ModelImportDto> {
  requireVerb(context.actor, "asset.write");
  const row = await find(context, input.id);
  if (!isImportOpen(row.state)) throw invalidState("import.ended", "This import has ended.");
  await context.store.transaction(async (session) => {
    await session.imports.requestCancel(row.id);
    await session.changes.append("model_import", row.id);
  });
  return getModelImport(context, { id: row.id });
}
