import type { Clock } from "#server/kernel/clock";
import type { Store } from "#server/store/store";
import { FeedCursor, maxMissing } from "./runtime/feed-cursor";
import type { LoopMetrics } from "./runtime/metrics";
import type { HintSource } from "./runtime/runtime";

const hintsPerRead = 500;

export interface ChangeSourceOptions {
  readonly store: Pick<Store, "changes">;
  readonly clock: Clock;
  readonly metrics: LoopMetrics;
  /** Resolves when there may be news, or when the signal aborts. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
}

/**
 * The change table as a source of hints; the first read starts at its end, since a resync covers what was before. With many writers a row with
 * a lower number often commits after one with a higher: numbers passed over are asked for again at every read, so such a hint is handed out as
 * soon as its own commit rings. The other way, reading only below the oldest running transaction (`pg_snapshot_xmin`), would hold up every
 * hint for as long as anybody's longest transaction lasts.
 */
export function changeSource({ store, clock, metrics, changed }: ChangeSourceOptions): HintSource {
  let cursor: FeedCursor | null = null;
  const begin = async (): Promise<FeedCursor> => {
    const newest = await store.changes.findNewestId();
    // Writers that hold a number below the newest are not in the resync yet, so the holes just before it count as passed over.
    const base = newest > BigInt(maxMissing) ? newest - BigInt(maxMissing) : 0n;
    const seen = await store.changes.listAfter(base, maxMissing);
    return new FeedCursor(
      base,
      seen.map((hint) => hint.id),
      clock.now(),
    );
  };
  return {
    changed,
    async read() {
      const place = (cursor ??= await begin());
      const hints = await store.changes.listAfter(place.newest, hintsPerRead, place.missing);
      const late = place.advance(
        hints.map((hint) => hint.id),
        clock.now(),
      );
      metrics.count("sluice_hints_out_of_order_total", {}, late);
      return hints;
    },
  };
}
