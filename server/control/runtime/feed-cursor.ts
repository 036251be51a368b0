/**
 * Longest that a writer may hold a number before it commits: longer than any transaction of ours may last, and shorter than the time between
 * two resyncs, which find what came even later.
 */
export const patienceMs = 30_000;
/**
 * Numbers that are looked back at and waited for at most: far more than all connections together can hold uncommitted. A larger hole is a
 * log that was emptied or restored.
 */
export const maxMissing = 1000;

/**
 * How far a reader of a numbered log came. Numbers are given out before their writers commit, so a lower one may appear after a higher one
 * was read: those passed over are remembered and asked for again, until they appear or their writer must have given up.
 */
export class FeedCursor {
  #newest: bigint;
  readonly #missing = new Map<bigint, number>();

  /** `seen`: the numbers, in order, after `base` that are in the log at the start; those between them that are not may still come. */
  constructor(base: bigint, seen: readonly bigint[], now: number) {
    this.#newest = base;
    this.advance(seen, now);
  }

  get newest(): bigint {
    return this.#newest;
  }

  /** The numbers below the newest that may still appear. */
  get missing(): readonly bigint[] {
    return [...this.#missing.keys()];
  }

  /** Takes note of what a read found, in order; how many of them had been passed over before. */
  advance(found: readonly bigint[], now: number): number {
    let late = 0;
    for (const id of found) {
      if (id <= this.#newest) late += this.#missing.delete(id) ? 1 : 0;
      else this.#skipTo(id, now);
    }
    for (const [id, since] of this.#missing) if (now - since > patienceMs) this.#missing.delete(id);
    return late;
  }

  #skipTo(id: bigint, now: number): void {
    const from = this.#newest + 1n;
    const earliest = id - BigInt(maxMissing);
    for (let skipped = from > earliest ? from : earliest; skipped < id; skipped += 1n) this.#missing.set(skipped, now);
    for (const oldest of this.#missing.keys()) {
      if (this.#missing.size <= maxMissing) break;
      this.#missing.delete(oldest);
    }
    this.#newest = id;
  }
}
