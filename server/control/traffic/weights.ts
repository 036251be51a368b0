export interface WeightInput {
  /** The wish: deployment name (lower case) to whole percent. */
  readonly wish: Readonly<Record<string, number>>;
  /** What the newest routing revision has. */
  readonly previous: Readonly<Record<string, number>>;
  /** Deployments that exist, and whether one of their instances is ready. */
  readonly deployments: ReadonlyMap<string, { readonly ready: boolean }>;
}

export interface WeightOutcome {
  readonly weights: Readonly<Record<string, number>>;
  /** Deployments that the wish names and that cannot be given weight yet; empty when the wish is in force. */
  readonly waitingFor: readonly string[];
}

const positive = (weights: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight > 0));

/** Shares of 100 in the given proportions, in whole percents; the largest remainders get what rounding leaves. */
function spread(parts: readonly (readonly [string, number])[]): Record<string, number> {
  const sum = parts.reduce((total, [, share]) => total + share, 0);
  if (sum === 0) return {};
  const exact = parts.map(([name, share]) => ({ name, floor: Math.floor((share * 100) / sum), rest: ((share * 100) / sum) % 1 }));
  const left = 100 - exact.reduce((total, part) => total + part.floor, 0);
  const lucky = new Set(
    [...exact]
      .sort((a, b) => b.rest - a.rest || (a.name < b.name ? -1 : 1))
      .slice(0, left)
      .map((part) => part.name),
  );
  return Object.fromEntries(exact.map((part) => [part.name, part.floor + (lucky.has(part.name) ? 1 : 0)]));
}

/**
 * Weights for gateways: the wish, as soon as everything that it names can serve. A deployment can when an instance of it is ready, or
 * when it has weight already (one that lost its last instance keeps its share). Until then the last split stays; without one, what can
 * serve shares everything. The sum is 0 or 100.
 */
export function weightsFor({ wish, previous, deployments }: WeightInput): WeightOutcome {
  const wished = positive(wish);
  const canServe = (name: string): boolean => deployments.get(name)?.ready === true || (deployments.has(name) && (previous[name] ?? 0) > 0);
  const waitingFor = Object.keys(wished).filter((name) => !canServe(name));
  if (waitingFor.length === 0) return { weights: wished, waitingFor };
  const before = Object.entries(positive(previous)).filter(([name]) => deployments.has(name));
  if (before.length > 0) return { weights: spread(before), waitingFor };
  return { weights: spread(Object.entries(wished).filter(([name]) => canServe(name))), waitingFor };
}
