export interface BackoffOptions {
  /** Delay after the first failure, in milliseconds. */
  readonly baseMs: number;
  /** Upper bound of a delay, in milliseconds. */
  readonly capMs: number;
}

/**
 * Full-jitter exponential backoff in milliseconds for the given number of failures so far (1 or more).
 * `random` is a number in [0, 1); half of the delay is always waited so that retries never bunch at zero.
 */
export function backoffMs(failures: number, options: BackoffOptions, random: number): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
