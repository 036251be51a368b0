/** Steps of a share in percent that an installation may allow: Azure's whole percent, or one slot of the gateway's thousand. */
export type TrafficStep = 1 | 0.1;
export const finestStep: TrafficStep = 0.1;

/** Whole tenths of a percent: they sum exactly, which broken percents (33.3 + 33.3 + 33.4) do not. */
export const tenthsOf = (percent: number): number => Math.round(percent * 10);

/** So many tenths in percent: the number that its decimal text means, so that equal shares are equal numbers. */
export const percentOfTenths = (tenths: number): number => tenths / 10;

/** Exact sum of shares in percent. */
export const sumOfPercents = (percents: readonly number[]): number => percentOfTenths(percents.reduce((sum, percent) => sum + tenthsOf(percent), 0));

/** Tenths of one step. */
export const unitOf = (step: TrafficStep): number => tenthsOf(step);

/** Whether a share in percent is a multiple of the step; digits that a caller's arithmetic leaves behind are forgiven. */
export const isOnStep = (percent: number, step: TrafficStep): boolean =>
  Math.abs(percent * 10 - tenthsOf(percent)) < 1e-6 && tenthsOf(percent) % unitOf(step) === 0;

/** Whole units in proportion to `parts`, `total` in all; what rounding leaves goes to the largest remainders, and among equals to the first. All-zero parts get nothing. */
export function inProportion(total: number, parts: readonly number[]): number[] {
  const sum = parts.reduce((before, part) => before + part, 0);
  if (sum === 0) return parts.map(() => 0);
  // Products of whole numbers stay whole, so remainders compare exactly.
  const rest = parts.map((part) => (part * total) % sum);
  const floors = parts.map((part, index) => (part * total - (rest[index] ?? 0)) / sum);
  const left = total - floors.reduce((before, part) => before + part, 0);
  const lucky = new Set(
    parts
      .map((_, index) => index)
      .sort((a, b) => (rest[b] ?? 0) - (rest[a] ?? 0) || a - b)
      .slice(0, left),
  );
  return floors.map((floor, index) => floor + (lucky.has(index) ? 1 : 0));
}
