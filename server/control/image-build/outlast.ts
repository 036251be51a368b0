import { isDatabaseAway } from "#server/store/outage";
import type { ControlContext } from "../context";

/** As long as an outage may last that does not cost the lease, and with it the build. */
const patienceMs = 30_000;
const againAfterMs = 500;

/**
 * Repeats a write until the database takes it: minutes of building are not to be lost to a second without a database. Rejects with what is no
 * outage, when `signal` aborts, and when patience ends. A connection can break after its commit, so the write must bear being repeated.
 */
export async function outlast<T>({ clock }: Pick<ControlContext, "clock">, signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  const end = clock.now() + patienceMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isDatabaseAway(error) || clock.now() >= end) throw error;
    }
    await clock.sleep(againAfterMs, signal);
  }
}
