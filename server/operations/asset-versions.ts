import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { AssetVersionDto, assetVersionSchema, updateAssetSchema } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import type { AssetKind } from "#server/domain/asset/reference";
import { invalidState, notFound, type SluiceError } from "#server/domain/errors";
import { writeAudit } from "./audit";
import { getCodeVersion } from "./codes";
import type { OperationContext } from "./context";
import { getEnvironmentVersion } from "./environments";
import { getModelVersion } from "./models";
import { lineageBy, wholePage, type PartName } from "./usage";

// What models, environments and code have in common: immutable versions with metadata that people may change, found by name and version, archived
// and brought back. What differs is in the tables below.

type VersionInput = z.output<typeof assetVersionSchema>;

/** What of a version's row is common to all kinds. */
export interface AssetVersionRow extends AssetMetadata {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly archivedAt: number | null;
  /** Made for one deployment; models never are. */
  readonly anonymous?: boolean;
}

interface Kind {
  /** Where specs of deployments name it. */
  readonly part: PartName;
  readonly find: (context: OperationContext, name: string, version: number) => Promise<AssetVersionRow | null>;
  /** All versions of a name, archived ones too. */
  readonly list: (context: OperationContext, name: string) => Promise<readonly AssetVersionRow[]>;
  readonly read: (context: OperationContext, input: { readonly name: string; readonly version: number }) => Promise<AssetVersionDto>;
  readonly missing: (message: string) => SluiceError;
  readonly inUse: (message: string) => SluiceError;
}

const kinds: Readonly<Record<AssetKind, Kind>> = {
  model: {
    part: "modelVersionId",
    find: ({ store, actor }, name, version) => store.models.findByNameVersion(actor.workspaceId, name, version),
    list: ({ store, actor }, name) => store.models.listVersions(actor.workspaceId, name, { archived: true }),
    read: getModelVersion,
    missing: (message) => notFound("model.not_found", message),
    inUse: (message) => invalidState("model.in_use", message),
  },
  environment: {
    part: "environmentVersionId",
    find: ({ store, actor }, name, version) => store.environments.findByNameVersion(actor.workspaceId, name, version),
    list: ({ store, actor }, name) => store.environments.listVersions(actor.workspaceId, name, { archived: true }),
    read: getEnvironmentVersion,
    missing: (message) => notFound("environment.not_found", message),
    inUse: (message) => invalidState("environment.in_use", message),
  },
  code: {
    part: "codeId",
    find: ({ store, actor }, name, version) => store.codes.findByNameVersion(actor.workspaceId, name, version),
    list: ({ store, actor }, name) => store.codes.listVersions(actor.workspaceId, name),
    read: getCodeVersion,
    missing: (message) => notFound("code.not_found", message),
    inUse: (message) => invalidState("code.in_use", message),
  },
};

const referenceOf = ({ name, version }: { readonly name: string; readonly version: number }): string => `${name}:${String(version)}`;

/** The version of the actor's workspace, archived or not; null when there is none. */
export const findAssetVersion = (context: OperationContext, { kind, name, version }: VersionInput): Promise<AssetVersionRow | null> =>
  kinds[kind].find(context, name, version);

async function requireAssetVersion(context: OperationContext, input: VersionInput): Promise<AssetVersionRow> {
  const row = await findAssetVersion(context, input);
  if (row === null) throw kinds[input.kind].missing(`There is no ${input.kind} ${referenceOf(input).slice(0, 80)}.`);
  return row;
}

/** One version; rejects with `<kind>.not_found`. */
export async function getAssetVersion(context: OperationContext, input: VersionInput): Promise<AssetVersionDto> {
  return kinds[input.kind].read(context, input);
}

/** Changes what is noted of a version, archived or not. Its content never changes. */
export async function updateAssetVersion(context: OperationContext, input: z.output<typeof updateAssetSchema>): Promise<AssetVersionDto> {
  requireVerb(context.actor, "asset.write");
  const row = await requireAssetVersion(context, input);
  const { description, tags, properties } = row;
  const before = { description, tags, properties };
  const after = { description: input.description ?? description, tags: input.tags ?? tags, properties: input.properties ?? properties };
  await context.store.transaction(async (session) => {
    await session.assetVersions.setMetadata(input.kind, row.id, after);
    await writeAudit(context, session, { action: "asset.write", targetType: input.kind, targetId: row.id, targetName: referenceOf(row), before, after });
  });
  return getAssetVersion(context, input);
}

async function archiveRows(context: OperationContext, kind: AssetKind, rows: readonly AssetVersionRow[]): Promise<void> {
  const { part, inUse } = kinds[kind];
  const lineageOf = await lineageBy(context, part);
  for (const row of rows) {
    const [user] = lineageOf(row.id).usedBy;
    if (user !== undefined) throw inUse(`${referenceOf(row)} is used by ${user.endpoint}/${user.deployment}. Delete or change that deployment first.`);
  }
  await setArchived(context, kind, rows, true);
}

async function setArchived(context: OperationContext, kind: AssetKind, rows: readonly AssetVersionRow[], archived: boolean): Promise<void> {
  const ids = rows.map(({ id }) => id);
  await context.store.transaction(async (session) => {
    const changed = archived ? await session.assetVersions.archive(kind, ids, context.clock.now()) : await session.assetVersions.restore(kind, ids);
    for (const row of rows.filter(({ id }) => changed.includes(id))) {
      if (archived) await session.labels.removeByVersion(row.id);
      await writeAudit(context, session, { action: "asset.write", targetType: kind, targetId: row.id, targetName: referenceOf(row), after: { archived } });
    }
  });
}

/**
 * Hides a version that no deployment uses and frees its labels; its content stays, so that it can be brought back. "It is archived already" is success.
 * Rejects with `<kind>.in_use`.
 */
export async function archiveAssetVersion(context: OperationContext, input: VersionInput): Promise<AssetVersionDto> {
  requireVerb(context.actor, "asset.write");
  await archiveRows(context, input.kind, [await requireAssetVersion(context, input)]);
  return getAssetVersion(context, input);
}

/** Brings an archived version back; "it is not archived" is success. */
export async function restoreAssetVersion(context: OperationContext, input: VersionInput): Promise<AssetVersionDto> {
  requireVerb(context.actor, "asset.write");
  await setArchived(context, input.kind, [await requireAssetVersion(context, input)], false);
  return getAssetVersion(context, input);
}

async function requireVersions(context: OperationContext, kind: AssetKind, name: string): Promise<readonly AssetVersionRow[]> {
  const rows = await kinds[kind].list(context, name);
  if (rows.length === 0) throw kinds[kind].missing(`There is no ${kind} ${name.slice(0, 80)}.`);
  return rows;
}

const readAll = async (context: OperationContext, kind: AssetKind, rows: readonly AssetVersionRow[]): Promise<Page<AssetVersionDto>> =>
  wholePage(await Promise.all(rows.map((row) => kinds[kind].read(context, row))));

interface NameInput {
  readonly kind: AssetKind;
  readonly name: string;
}

/** Archives all versions of a name, or none when a deployment uses one. */
export async function archiveAsset(context: OperationContext, { kind, name }: NameInput): Promise<Page<AssetVersionDto>> {
  requireVerb(context.actor, "asset.write");
  const rows = await requireVersions(context, kind, name);
  await archiveRows(context, kind, rows);
  return readAll(context, kind, rows);
}

/** Brings all archived versions of a name back. */
export async function restoreAsset(context: OperationContext, { kind, name }: NameInput): Promise<Page<AssetVersionDto>> {
  requireVerb(context.actor, "asset.write");
  const rows = await requireVersions(context, kind, name);
  await setArchived(context, kind, rows, false);
  return readAll(context, kind, rows);
}
