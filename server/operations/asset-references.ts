import { latestLabel, parseAssetReference, type AssetKind } from "#server/domain/asset/reference";
import type { CodeRow } from "#server/store/codes";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { ModelVersionRow } from "#server/store/models";
import type { OperationContext } from "./context";

interface Lookups<T> {
  readonly byId: (id: string) => Promise<T | null>;
  readonly byVersion: (name: string, version: number) => Promise<T | null>;
  readonly newest: (name: string) => Promise<T | null>;
}

/** Finds what a reference means now, inside the actor's workspace: version, id, `@latest`, or where a label stands. */
async function resolve<T extends { readonly workspaceId: string }>(
  context: OperationContext,
  kind: AssetKind,
  text: string,
  lookups: Lookups<T>,
): Promise<T | null> {
  const { workspaceId } = context.actor;
  const reference = parseAssetReference(text);
  const find = async (): Promise<T | null> => {
    if (reference.by === "id") return lookups.byId(reference.id);
    if (reference.by === "version") return lookups.byVersion(reference.name, reference.version);
    if (reference.label === latestLabel) return lookups.newest(reference.name);
    const id = await context.store.labels.findVersionId({ workspaceId, kind, name: reference.name, label: reference.label });
    return id === null ? null : lookups.byId(id);
  };
  const row = await find();
  return row?.workspaceId === workspaceId ? row : null;
}

export function resolveModel(context: OperationContext, reference: string): Promise<ModelVersionRow | null> {
  const { models } = context.store;
  const { workspaceId } = context.actor;
  return resolve(context, "model", reference, {
    byId: (id) => models.findVersion(id),
    byVersion: (name, version) => models.findByNameVersion(workspaceId, name, version),
    newest: (name) => models.findNewest(workspaceId, name),
  });
}

export function resolveCode(context: OperationContext, reference: string): Promise<CodeRow | null> {
  const { codes } = context.store;
  const { workspaceId } = context.actor;
  return resolve(context, "code", reference, {
    byId: (id) => codes.findById(id),
    byVersion: (name, version) => codes.findByNameVersion(workspaceId, name, version),
    newest: (name) => codes.findNewest(workspaceId, name),
  });
}

export function resolveEnvironment(context: OperationContext, reference: string): Promise<EnvironmentVersionRow | null> {
  const { environments } = context.store;
  const { workspaceId } = context.actor;
  return resolve(context, "environment", reference, {
    byId: (id) => environments.findVersion(id),
    byVersion: (name, version) => environments.findByNameVersion(workspaceId, name, version),
    newest: (name) => environments.findNewest(workspaceId, name),
  });
}
