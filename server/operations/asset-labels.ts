import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { assetLabelSchema } from "#server/contract/asset";
import { latestLabel } from "#server/domain/asset/reference";
import { invalidInput, invalidState, notFound } from "#server/domain/errors";
import { findAssetVersion, type AssetVersionRow } from "./asset-versions";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";

type LabelInput = z.output<typeof assetLabelSchema>;

async function requireVersion(context: OperationContext, input: LabelInput): Promise<AssetVersionRow> {
  const row = await findAssetVersion(context, input);
  if (row === null) throw notFound("label.version_not_found", `There is no ${input.kind} ${input.name}:${input.version}.`);
  return row;
}

export interface LabelsDto {
  readonly name: string;
  readonly version: number;
  readonly labels: readonly string[];
}

async function toDto(context: OperationContext, row: AssetVersionRow): Promise<LabelsDto> {
  return { name: row.name, version: row.version, labels: (await context.store.labels.listByVersions([row.id])).get(row.id) ?? [] };
}

/** Puts a label on a version, taking it from the version of that name that had it. Deployments keep the version that they were made with. */
export async function setAssetLabel(context: OperationContext, input: LabelInput): Promise<LabelsDto> {
  requireVerb(context.actor, "asset.write");
  if (input.label.toLowerCase() === latestLabel)
    throw invalidInput("label.reserved", "latest is always the newest version.", [
      { path: "label", message: "cannot be set", remedy: "Choose another word, such as champion or production." },
    ]);
  const row = await requireVersion(context, input);
  // Nothing that people should find by a label.
  if (row.archivedAt !== null || row.anonymous === true)
    throw invalidState(
      "label.version_hidden",
      `${row.name}:${row.version} is archived or was made for one deployment; a label would point to what no list shows.`,
    );
  const { workspaceId, userId } = context.actor;
  await context.store.transaction(async (session) => {
    const key = { workspaceId, kind: input.kind, name: row.name, label: input.label };
    const before = await session.labels.findVersionId(key);
    await session.labels.set({ ...key, versionId: row.id }, userId, context.clock.now());
    await audit(context, session, input, row, { before: { versionId: before }, after: { label: input.label } });
  });
  return toDto(context, row);
}

/** Takes a label off a version; "it is not there" is success. */
export async function removeAssetLabel(context: OperationContext, input: LabelInput): Promise<LabelsDto> {
  requireVerb(context.actor, "asset.write");
  const row = await requireVersion(context, input);
  const key = { workspaceId: context.actor.workspaceId, kind: input.kind, name: row.name, label: input.label };
  await context.store.transaction(async (session) => {
    if (!(await session.labels.remove({ ...key, versionId: row.id }))) return;
    await audit(context, session, input, row, { before: { label: input.label }, after: { label: null } });
  });
  return toDto(context, row);
}

async function audit(
  context: OperationContext,
  session: Parameters<typeof writeAudit>[1],
  input: LabelInput,
  row: AssetVersionRow,
  change: { readonly before: Readonly<Record<string, unknown>>; readonly after: Readonly<Record<string, unknown>> },
): Promise<void> {
  await writeAudit(context, session, { action: "asset.write", targetType: input.kind, targetId: row.id, targetName: `${row.name}:${row.version}`, ...change });
}
