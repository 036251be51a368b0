import { canonicalJson } from "#server/domain/routing/canonical-json";
import type { RoutingDeployment, RoutingEndpoint } from "#server/domain/routing/types";
import { validateRevision } from "#server/domain/routing/validate";

export interface Publishable {
  readonly endpoints: readonly RoutingEndpoint[];
  /** Endpoint id to the rule that its wish breaks; those are published as they last were, or not at all. */
  readonly invalid: ReadonlyMap<string, string>;
}

const among = <T>(items: readonly T[], allowed: readonly T[]): T[] => {
  const known = new Set(allowed.map((item) => canonicalJson(item)));
  return items.filter((item) => known.has(canonicalJson(item)));
};

const only = <T>(record: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));

/**
 * Instances that ended are left out, since their addresses may belong to another model by now; those that are to drain do so, since
 * their end waits for a revision that says it.
 */
function lastInstances(last: RoutingDeployment, wish: RoutingDeployment): RoutingDeployment {
  const instances = last.instances.flatMap((instance) => {
    const now = wish.instances.find(({ id, address, port }) => id === instance.id && address === instance.address && port === instance.port);
    return now === undefined ? [] : [{ ...instance, mode: now.mode }];
  });
  return { ...last, instances };
}

/** The endpoint as it was last published, without what is gone since. */
function lastGood(last: RoutingEndpoint, wish: RoutingEndpoint): RoutingEndpoint {
  const deployments = last.deployments.flatMap((deployment) => {
    const now = wish.deployments.find(({ id }) => id === deployment.id);
    return now === undefined ? [] : [lastInstances(deployment, now)];
  });
  const names = new Set(deployments.map(({ name }) => name));
  const mirror = last.mirror === null ? null : { ...last.mirror, shares: only(last.mirror.shares, names) };
  return { ...last, deployments, weights: only(last.weights, names), mirror };
}

/** What may stand for an endpoint, best first. Whoever was shut out since the last revision stays out in all of them. */
function forms(wish: RoutingEndpoint, last: RoutingEndpoint | undefined): RoutingEndpoint[] {
  if (last === undefined) return [wish];
  const good = lastGood(last, wish);
  const { authMode, keys, keysUntil, trusts } = wish;
  const callers = { authMode, keys, keysUntil, trusts };
  const sameMode = last.authMode === authMode && last.keysUntil === keysUntil;
  const fewer = { ...good, keys: sameMode ? among(last.keys, keys) : [], trusts: sameMode ? among(last.trusts, trusts) : [] };
  return [wish, { ...good, ...callers }, fewer];
}

interface Candidate {
  readonly id: string;
  readonly last: RoutingEndpoint | undefined;
  readonly forms: readonly RoutingEndpoint[];
}

/** First those that are as they were: where two endpoints claim the same, the rule is broken by the one that changed. */
function ordered(candidates: readonly Candidate[]): Candidate[] {
  const isAsItWas = ({ forms: [form], last }: Candidate): boolean => last !== undefined && canonicalJson(form) === canonicalJson(last);
  const judged = candidates.map((candidate) => ({ candidate, asItWas: isAsItWas(candidate) }));
  return [...judged.filter(({ asItWas }) => asItWas), ...judged.filter(({ asItWas }) => !asItWas)].map(({ candidate }) => candidate);
}

const judge = (endpoints: readonly RoutingEndpoint[]) => validateRevision({ revision: 0, createdAt: 0, endpoints });
const byId = (endpoints: readonly RoutingEndpoint[]): RoutingEndpoint[] => [...endpoints].sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * Endpoints for the next revision, out of wishes and of what was published last. A wish that breaks a rule does not keep the other
 * endpoints from being published. Null when the rule is about the revision as a whole.
 */
export function publishable(wishes: readonly RoutingEndpoint[], previous: readonly RoutingEndpoint[]): Publishable | null {
  const invalid = new Map<string, string>();
  // Every pass with nothing wrong, which is nearly all of them, ends here: the rest looks at every endpoint of the installation several times.
  if (judge(wishes).ok) return { endpoints: byId(wishes), invalid };
  const published = new Map(previous.map((endpoint) => [endpoint.id, endpoint]));
  let candidates: Candidate[] = wishes.map((wish) => {
    const last = published.get(wish.id);
    return { id: wish.id, last, forms: forms(wish, last) };
  });
  for (;;) {
    const order = ordered(candidates);
    const endpoints = order.flatMap(({ forms: [form] }) => form ?? []);
    const judged = judge(endpoints);
    if (judged.ok) return { endpoints: byId(endpoints), invalid };
    const refused = new Set<string>();
    for (const { path, reason } of judged.error) {
      const id = endpoints[Number(/^endpoints\.(\d+)/.exec(path)?.[1] ?? -1)]?.id;
      if (id === undefined) return null;
      refused.add(id);
      if (!invalid.has(id)) invalid.set(id, reason);
    }
    candidates = order.map((one) => (refused.has(one.id) ? { ...one, forms: one.forms.slice(1) } : one)).filter((one) => one.forms.length > 0);
  }
}
