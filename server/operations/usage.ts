import type { DeploymentRow } from "#server/store/deployments";
import type { OperationContext } from "./context";

export interface UsedBy {
  readonly endpoint: string;
  readonly deployment: string;
}

interface NamedDeployment {
  readonly deployment: DeploymentRow;
  readonly use: UsedBy;
}

/**
 * Live deployments of the workspace, with the names that people know. What is being deleted uses nothing any more: nobody could do more about it
 * than wait.
 */
async function listUsers({ store, actor }: OperationContext): Promise<readonly NamedDeployment[]> {
  const endpoints = (await store.endpoints.listByWorkspace(actor.workspaceId)).filter((endpoint) => !endpoint.deleteRequested);
  const names = new Map(endpoints.map(({ id, name }) => [id, name]));
  const deployments = await store.deployments.listByEndpoints([...names.keys()]);
  return deployments
    .filter((deployment) => !deployment.deleteRequested)
    .map((deployment) => ({ deployment, use: { endpoint: names.get(deployment.endpointId) ?? "", deployment: deployment.name } }));
}

function groupUses(users: readonly NamedDeployment[], keyOf: (deployment: DeploymentRow) => string | null): ReadonlyMap<string, readonly UsedBy[]> {
  const used = new Map<string, UsedBy[]>();
  for (const { deployment, use } of users) {
    const key = keyOf(deployment);
    if (key !== null) used.set(key, [...(used.get(key) ?? []), use]);
  }
  return used;
}

/** Live deployments of the workspace by what `keyOf` finds in them. */
export async function usageBy(context: OperationContext, keyOf: (deployment: DeploymentRow) => string | null): Promise<ReadonlyMap<string, readonly UsedBy[]>> {
  return groupUses(await listUsers(context), keyOf);
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
  const [users, earlier] = await Promise.all([listUsers(context), context.store.deployments.listEarlierParts(context.actor.workspaceId)]);
  const usedBy = groupUses(users, (deployment) => partOf(deployment, part));
  const byDeployment = new Map(users.map((user) => [user.deployment.id, user]));
  const before = new Map<string, Map<string, UsedBefore>>();
  for (const revision of earlier) {
    const key = revision[part];
    const user = byDeployment.get(revision.deploymentId);
    if (key === null || user === undefined || partOf(user.deployment, part) === key) continue;
    const known = before.get(key) ?? new Map<string, UsedBefore>();
    const generation = Math.max(revision.generation, known.get(user.deployment.id)?.generation ?? 0);
    before.set(key, known.set(user.deployment.id, { ...user.use, generation }));
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
