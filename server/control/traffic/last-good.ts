import type { RoutingEndpoint } from "#server/domain/routing/types";
import { validateRevision, type RevisionRefusal } from "#server/domain/routing/validate";
import type { CompiledEndpoint } from "./compile";

export interface Publishable {
  /** What every gateway accepts; without endpoints that never had a routing that keeps the rules. */
  readonly endpoints: readonly RoutingEndpoint[];
  /** Why the routing that was wished is not published, by id of the endpoint. */
  readonly invalid: ReadonlyMap<string, string>;
}

/**
 * The endpoint's last published routing with what must not be old: who may call, as a revoked key stays revoked, and which instances there are, as an address may
 * belong to another model by now.
 */
function lastGood({ document }: CompiledEndpoint, previous: RoutingEndpoint): RoutingEndpoint {
  const { authMode, keys, keysUntil, trusts } = document;
  const instancesOf = (id: string) => document.deployments.find((deployment) => deployment.id === id)?.instances ?? [];
  return {
    ...previous,
    authMode,
    keys,
    keysUntil,
    trusts,
    deployments: previous.deployments.map((deployment) => ({ ...deployment, instances: instancesOf(deployment.id) })),
  };
}

const withoutInstances = (endpoint: RoutingEndpoint): RoutingEndpoint => ({
  ...endpoint,
  deployments: endpoint.deployments.map((deployment) => ({ ...deployment, instances: [] })),
});

/** What may stand for an endpoint, best first: as wished, as last published, as that without a model behind it. */
function choices(compiled: CompiledEndpoint, previous: RoutingEndpoint | undefined): readonly RoutingEndpoint[] {
  if (previous === undefined) return [compiled.document];
  const kept = lastGood(compiled, previous);
  return [compiled.document, kept, withoutInstances(kept)];
}

interface Candidate {
  readonly id: string;
  readonly left: readonly RoutingEndpoint[];
}

/** Refusals by position of the endpoint that they are about; those of the revision as a whole are in none. */
function byPosition(refusals: readonly RevisionRefusal[]): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>();
  for (const { path, reason } of refusals) {
    const at = Number(/^endpoints\.(\d+)/.exec(path)?.[1] ?? -1);
    if (at >= 0 && !reasons.has(at)) reasons.set(at, reason);
  }
  return reasons;
}

/**
 * The routing of all endpoints with each that breaks a rule held back alone: it stays as it was last published, and the others get what they wish. Null with the
 * refusals when the revision as a whole is refused.
 */
export function holdBackInvalid(
  compiled: readonly CompiledEndpoint[],
  previous: readonly RoutingEndpoint[],
): { readonly ok: true; readonly value: Publishable } | { readonly ok: false; readonly refusals: readonly RevisionRefusal[] } {
  const before = new Map(previous.map((endpoint) => [endpoint.id, endpoint]));
  const invalid = new Map<string, string>();
  let candidates: readonly Candidate[] = compiled.map((one) => ({ id: one.document.id, left: choices(one, before.get(one.document.id)) }));
  // Every round takes a choice away from somebody, so it ends.
  for (;;) {
    const endpoints = candidates.flatMap(({ left }) => left[0] ?? []);
    const judged = validateRevision({ revision: 0, createdAt: 0, endpoints });
    if (judged.ok) return { ok: true, value: { endpoints, invalid } };
    const refused = byPosition(judged.error);
    if (refused.size === 0) return { ok: false, refusals: judged.error };
    const next = candidates.map(({ id, left }, at) => {
      const reason = refused.get(at);
      if (reason === undefined) return { id, left };
      if (!invalid.has(id)) invalid.set(id, reason);
      return { id, left: left.slice(1) };
    });
    candidates = next.filter(({ left }) => left.length > 0);
  }
}
