import { inProportion, percentOfTenths, sumOfPercents, tenthsOf, unitOf, type TrafficStep } from "./tenths";

/** One part of a split while a person edits it; `locked` parts keep their percent. */
export interface DividedShare {
  readonly name: string;
  /** 0 to 100, in tenths at the finest. */
  readonly percent: number;
  readonly locked: boolean;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const withTenths = (shares: readonly DividedShare[], tenths: ReadonlyMap<number, number>): readonly DividedShare[] =>
  shares.map((share, index) => ({ ...share, percent: percentOfTenths(tenths.get(index) ?? tenthsOf(share.percent)) }));
/** The nearest multiple of the step, in tenths. */
const steppedTenths = (percent: number, step: TrafficStep): number => Math.round((percent * 10) / unitOf(step)) * unitOf(step);

/** Sum of all percents; a split in force sums to 100, or to 0 when everything is off. */
export const totalPercent = (shares: readonly DividedShare[]): number => sumOfPercents(shares.map((share) => share.percent));

/** The unlocked parts that a divider moves: the nearest on its left and on its right; null when one side has none. */
export function dividerNeighbours(shares: readonly DividedShare[], divider: number): { readonly left: number; readonly right: number } | null {
  const left = shares.findLastIndex((share, index) => index <= divider && !share.locked);
  const right = shares.findIndex((share, index) => index > divider && !share.locked);
  return left === -1 || right === -1 ? null : { left, right };
}

/**
 * Moves divider `divider` (between parts `divider` and `divider + 1`) by `delta` percent, to the right when positive, to where the part on its left
 * has a multiple of `step`. Only the nearest unlocked part on each side changes and neither leaves 0 to 100; the sum stays what it was. Without such
 * parts nothing changes.
 */
export function moveDivider(shares: readonly DividedShare[], divider: number, delta: number, step: TrafficStep): readonly DividedShare[] {
  const pair = dividerNeighbours(shares, divider);
  if (pair === null || delta === 0) return shares;
  const left = shares[pair.left]?.percent ?? 0;
  const both = tenthsOf(left) + tenthsOf(shares[pair.right]?.percent ?? 0);
  const moved = clamp(steppedTenths(left + delta, step), 0, both);
  return withTenths(
    shares,
    new Map([
      [pair.left, moved],
      [pair.right, both - moved],
    ]),
  );
}

/** Splits `total` tenths among the parts at `indices` as they are now, in steps; the first gets what is left of a step, and everything when all are zero. */
function divided(total: number, shares: readonly DividedShare[], indices: readonly number[], step: TrafficStep): readonly (readonly [number, number])[] {
  const unit = unitOf(step);
  const units = inProportion(
    Math.floor(total / unit),
    indices.map((index) => tenthsOf(shares[index]?.percent ?? 0)),
  );
  const left = total - units.reduce((sum, count) => sum + count * unit, 0);
  return indices.map((index, place) => [index, (units[place] ?? 0) * unit + (place === 0 ? left : 0)]);
}

/**
 * Gives part `index` as much of `percent`, rounded to `step`, as the locked parts leave; the other unlocked parts share the rest as they did before,
 * so the sum is 100. A locked part, or one with nobody to trade with, keeps what makes the sum 100.
 */
export function setShare(shares: readonly DividedShare[], index: number, percent: number, step: TrafficStep): readonly DividedShare[] {
  const target = shares[index];
  if (target === undefined || target.locked) return shares;
  const room = 1000 - tenthsOf(totalPercent(shares.filter((share) => share.locked)));
  const others = shares.flatMap((share, position) => (position === index || share.locked ? [] : [position]));
  const own = others.length === 0 ? room : clamp(steppedTenths(percent, step), 0, room);
  return withTenths(shares, new Map([...divided(room - own, shares, others, step), [index, own]]));
}

/** Nobody gets traffic; locks are released, since they kept shares of a sum that no longer is. */
export const allOff = (shares: readonly DividedShare[]): readonly DividedShare[] => shares.map((share) => ({ ...share, percent: 0, locked: false }));
