import type { Histogram } from "./types";

/** Buckets end at 0.1 ms .. 300,000 ms with a constant ratio. Changing any of the three makes stored histograms unreadable. */
export const bucketCount = 120;
export const lowestMs = 0.1;
export const highestMs = 300_000;

/** Ratio of two neighbouring bucket ends, about 1.134. */
export const bucketRatio = (highestMs / lowestMs) ** (1 / (bucketCount - 1));

/** A percentile between `lowestMs` and `highestMs` is off by at most this part of the exact value (about 13 %, typically 2 to 3 %). */
export const relativeError = bucketRatio - 1;

const logRatio = Math.log(bucketRatio);

/** Upper end of a bucket in milliseconds, inclusive. */
export const upperEndMs = (bucket: number): number => lowestMs * bucketRatio ** bucket;

/** Bucket of a duration in milliseconds; shorter than `lowestMs` goes to the first, longer than `highestMs` to the last. */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > lowestMs)) return 0;
  // The subtraction keeps an exact bucket end in its own bucket despite rounding.
  const bucket = Math.ceil(Math.log(durationMs / lowestMs) / logRatio - 1e-9);
  return Math.min(Math.max(bucket, 0), bucketCount - 1);
}

/** Adds `count` durations of `durationMs` to an array of counts in place, growing it as needed. */
export function addTo(counts: number[], durationMs: number, count = 1): void {
  const bucket = bucketOf(durationMs);
  while (counts.length <= bucket) counts.push(0);
  counts[bucket] = (counts[bucket] ?? 0) + count;
}

/** Sum of two histograms; associative, commutative, with the empty array as its zero. */
export function merge(a: Histogram, b: Histogram): Histogram {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return long.map((count, bucket) => count + (short[bucket] ?? 0));
}

/** Number of durations in it. */
export const total = (histogram: Histogram): number => histogram.reduce((sum, count) => sum + count, 0);

/**
 * Nearest-rank percentile in milliseconds (`percent` in 0..100), null for an empty histogram.
 * Inside the bucket the rank is placed log-linearly, so that a line over time moves smoothly; the error bound is `relativeError`.
 */
export function percentile(histogram: Histogram, percent: number): number | null {
  const count = total(histogram);
  if (count === 0) return null;
  const rank = Math.min(Math.max(Math.ceil((percent / 100) * count), 1), count);
  let below = 0;
  for (const [bucket, inBucket] of histogram.entries()) {
    if (below + inBucket >= rank) {
      const position = (rank - below - 0.5) / inBucket;
      return upperEndMs(bucket - 1 + position);
    }
    below += inBucket;
  }
  return upperEndMs(histogram.length - 1);
}

/** Reads counts as stored; anything that is not a non-negative finite number counts as 0, surplus buckets are folded into the last. */
export function fromInts(values: readonly unknown[]): Histogram {
  const counts: number[] = [];
  values.forEach((value, index) => {
    const count = typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
    const bucket = Math.min(index, bucketCount - 1);
    counts[bucket] = (counts[bucket] ?? 0) + count;
  });
  return counts;
}

/** As stored: whole numbers without trailing zeros. */
export function toInts(histogram: Histogram): number[] {
  const counts = histogram.map((count) => Math.round(count));
  while (counts.length > 0 && counts.at(-1) === 0) counts.pop();
  return counts;
}
