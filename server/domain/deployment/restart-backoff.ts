/** First delay before a failed slot is tried again; short, because most single failures are accidents. */
const baseMs = 1000;
/** Longest delay: a broken deployment must be visible as such, not hammer the host. */
const capMs = 5 * 60_000;
/** An instance that was ready for this long proves its spec works, so its end starts a new count. */
export const provenAfterMs = 10 * 60_000;

/** Milliseconds to wait after the `failures`-th failure in a row (1 or more); `jitter` in [0, 1) spreads the upper half. */
export function restartDelayMs(failures: number, jitter: number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * jitter);
}
