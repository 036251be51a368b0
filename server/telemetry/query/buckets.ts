import { minuteMs } from "../paths";

/** Points of time of a chart: `count` buckets of `stepMs` from `from`, both multiples of the step. */
export interface Buckets {
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;
}

export const maxBuckets = 720;
const niceMinutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080];

/** Widens the wished step (whole minutes) until at most `maxBuckets` cover [from, to). */
export function bucketsFor(from: number, to: number, wishedMs?: number): Buckets {
  const span = Math.max(to - from, minuteMs);
  const smallest = Math.max(Math.ceil((wishedMs ?? 0) / minuteMs) * minuteMs, minuteMs);
  // One bucket is spared because aligning the ends can add one.
  const fits = (step: number): boolean => Math.ceil(span / step) < maxBuckets;
  const nice = niceMinutes.map((minutes) => minutes * minuteMs).find((step) => step >= smallest && fits(step));
  const exact = Math.ceil(span / (maxBuckets - 1) / minuteMs) * minuteMs;
  const stepMs = wishedMs !== undefined && fits(smallest) ? smallest : (nice ?? Math.max(smallest, exact));
  const start = Math.floor(from / stepMs) * stepMs;
  return { from: start, stepMs, count: Math.max(Math.ceil((to - start) / stepMs), 1) };
}

export const indexOf = (buckets: Buckets, at: number): number => Math.floor((at - buckets.from) / buckets.stepMs);

/** A line of nothing but gaps. */
export const gaps = (buckets: Buckets): (number | null)[] => Array.from({ length: buckets.count }, () => null);
