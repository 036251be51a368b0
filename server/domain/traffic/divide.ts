/** One part of a split while a person edits it; `locked` parts keep their percent. */
export interface DividedShare {
  readonly name: string;
  /** Whole percent, 0 to 100. */
  readonly percent: number;
  readonly locked: boolean;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const withPercents = (shares: readonly DividedShare[], percents: ReadonlyMap<number, number>): readonly DividedShare[] =>
  shares.map((share, index) => ({ ...share, percent: percents.get(index) ?? share.percent }));

/** Sum of all percents; a split in force sums to 100, or to 0 when everything is off. */
export const totalPercent = (shares: readonly DividedShare[]): number => shares.reduce((sum, share) => sum + share.percent, 0);

/** The unlocked parts that a divider moves: the nearest on its left and on its right; null when one side has none. */
export function dividerNeighbours(shares: readonly DividedShare[], divider: number): { readonly left: number; readonly right: number } | null {
  const left = shares.findLastIndex((share, index) => index <= divider && !share.locked);
  const right = shares.findIndex((share, index) => index > divider && !share.locked);
  return left === -1 || right === -1 ? null : { left, right };
}

/**
 * Moves divider `divider` (between parts `divider` and `divider + 1`) by `delta` whole percent, to the right when positive.
 * Only the nearest unlocked part on each side changes and neither leaves 0 to 100; the sum stays what it was. Without such parts nothing changes.
 */
export function moveDivider(shares: readonly DividedShare[], divider: number, delta: number): readonly DividedShare[] {
  const pair = dividerNeighbours(shares, divider);
  if (pair === null) return shares;
  const left = shares[pair.left]?.percent ?? 0;
  const right = shares[pair.right]?.percent ?? 0;
  const moved = clamp(Math.round(delta), -left, right);
  return withPercents(
    shares,
    new Map([
      [pair.left, left + moved],
      [pair.right, right - moved],
    ]),
  );
}

/** Splits `total` by `parts` in proportion, in whole percent; what rounding leaves goes to the largest remainders. All-zero parts give everything to the first. */
function proportion(total: number, parts: readonly { readonly index: number; readonly percent: number }[]): ReadonlyMap<number, number> {
  const sum = parts.reduce((before, part) => before + part.percent, 0);
  if (sum === 0) return new Map(parts.map((part, position) => [part.index, position === 0 ? total : 0]));
  const exact = parts.map((part) => ({ index: part.index, value: (part.percent * total) / sum }));
  const result = new Map(exact.map((part) => [part.index, Math.floor(part.value)]));
  const left = total - [...result.values()].reduce((before, value) => before + value, 0);
  const byRemainder = [...exact].sort((one, two) => two.value - Math.floor(two.value) - (one.value - Math.floor(one.value)) || one.index - two.index);
  for (const part of byRemainder.slice(0, left)) result.set(part.index, (result.get(part.index) ?? 0) + 1);
  return result;
}

/**
 * Gives part `index` as much of `percent` as the locked parts leave; the other unlocked parts share the rest as they did before, so the sum is 100.
 * A locked part, or one with nobody to trade with, keeps what makes the sum 100.
 */
export function setShare(shares: readonly DividedShare[], index: number, percent: number): readonly DividedShare[] {
  const target = shares[index];
  if (target === undefined || target.locked) return shares;
  const lockedSum = shares.reduce((sum, share) => sum + (share.locked ? share.percent : 0), 0);
  const room = 100 - lockedSum;
  const others = shares.flatMap((share, position) => (position === index || share.locked ? [] : [{ index: position, percent: share.percent }]));
  const own = others.length === 0 ? room : clamp(Math.round(percent), 0, room);
  return withPercents(shares, new Map([...proportion(room - own, others), [index, own]]));
}

/** Nobody gets traffic; locks are released, since they kept shares of a sum that no longer is. */
export const allOff = (shares: readonly DividedShare[]): readonly DividedShare[] => shares.map((share) => ({ ...share, percent: 0, locked: false }));
