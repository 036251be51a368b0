import { finestStep, inProportion, isOnStep, percentOfTenths, tenthsOf, unitOf } from "#server/domain/traffic/tenths";

export interface WeightInput {
  /** The wish: deployment name (lower case) to percent, in tenths at the finest. */
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

/** Shares of 100 in the given proportions: in tenths where one of them has tenths, else in whole percents. */
function spread(parts: readonly (readonly [string, number])[]): Record<string, number> {
  const unit = unitOf(parts.every(([, share]) => isOnStep(share, 1)) ? 1 : finestStep);
  const inOrder = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  const units = inProportion(
    1000 / unit,
    inOrder.map(([, share]) => tenthsOf(share)),
  );
  return Object.fromEntries(inOrder.map(([name], index) => [name, percentOfTenths((units[index] ?? 0) * unit)]));
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
