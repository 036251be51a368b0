import type { DeploymentRow } from "#server/store/deployments";
import type { OperationContext } from "./context";

export interface UsedBy {
  readonly endpoint: string;
  readonly deployment: string;
}

/**
 * Live deployments of the workspace by what `keyOf` finds in them, with the names that people know. What is being deleted uses nothing any more:
 * nobody could do more about it than wait.
 */
export async function usageBy(context: OperationContext, keyOf: (deployment: DeploymentRow) => string | null): Promise<ReadonlyMap<string, readonly UsedBy[]>> {
  const endpoints = await context.store.endpoints.listByWorkspace(context.actor.workspaceId);
  const deployments = await context.store.deployments.listByEndpoints(endpoints.map((endpoint) => endpoint.id));
  const used = new Map<string, UsedBy[]>();
  for (const deployment of deployments) {
    const key = keyOf(deployment);
    const endpoint = endpoints.find((candidate) => candidate.id === deployment.endpointId);
    if (key === null || endpoint === undefined || endpoint.deleteRequested || deployment.deleteRequested) continue;
    used.set(key, [...(used.get(key) ?? []), { endpoint: endpoint.name, deployment: deployment.name }]);
  }
  return used;
}

export interface UsedBefore extends UsedBy {
  /** The last revision that had it. */
  readonly generation: number;
}

/** An asset of a spec that deployments are made of. */
export type PartName = "modelVersionId" | "environmentVersionId" | "codeId";

const partOf = ({ spec }: DeploymentRow, part: PartName): string | null => (part === "codeId" ? (spec.codeConfiguration?.codeId ?? null) : spec[part]);

/** By asset: live deployments that are made of it, and those of which an earlier revision was and the newest is not. */
export async function lineageBy(context: OperationContext, part: PartName) {
  const { endpoints, deployments } = context.store;
  const [usedBy, earlier, rows] = await Promise.all([
    usageBy(context, (deployment) => partOf(deployment, part)),
    deployments.listEarlierParts(context.actor.workspaceId),
    endpoints.listByWorkspace(context.actor.workspaceId),
  ]);
  const current = await deployments.listByEndpoints(rows.filter((row) => !row.deleteRequested).map((row) => row.id));
  const before = new Map<string, Map<string, UsedBefore>>();
  for (const revision of earlier) {
    const key = revision[part];
    const deployment = current.find(({ id }) => id === revision.deploymentId);
    const endpoint = rows.find(({ id }) => id === deployment?.endpointId);
    if (key === null || deployment === undefined || endpoint === undefined || partOf(deployment, part) === key) continue;
    const known = before.get(key) ?? new Map<string, UsedBefore>();
    const generation = Math.max(revision.generation, known.get(deployment.id)?.generation ?? 0);
    before.set(key, known.set(deployment.id, { endpoint: endpoint.name, deployment: deployment.name, generation }));
  }
  return (id: string) => ({ usedBy: [...(usedBy.get(id) ?? [])], usedBefore: [...(before.get(id)?.values() ?? [])] });
}

/** Names of people by id, for "created by"; an unknown id is shown as it is. */
export async function namesOf(context: OperationContext, ids: readonly string[]): Promise<(id: string) => string> {
  const people = await context.store.users.listByIds([...new Set(ids)]);
  return (id) => people.find((person) => person.id === id)?.name ?? id;
}

/** One page with everything: assets are few enough to come at once. */
export const wholePage = <T>(items: readonly T[]) => ({ items, nextCursor: null });

/** The newest version of every name, in the order of the list (newest first). */
export function newestOfEach<T extends { readonly name: string; readonly version: number }>(rows: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const row of rows) {
    const held = newest.get(row.name.toLowerCase());
    if (held === undefined || held.version < row.version) newest.set(row.name.toLowerCase(), row);
  }
  return [...newest.values()];
}
