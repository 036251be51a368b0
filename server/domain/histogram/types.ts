/**
 * Counts of durations in log-spaced buckets; index = bucket, trailing zeros left out, so an empty array holds nothing.
 * Two histograms of the same layout add up bucket by bucket, which is what makes percentiles of any window possible.
 */
export type Histogram = readonly number[];
