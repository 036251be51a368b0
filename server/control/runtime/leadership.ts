import { setMaxListeners } from "node:events";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";

export interface LeaseStore {
  /** Takes the free or expired lease; its new epoch, or null while another holds it. */
  acquire(ttlMs: number): Promise<number | null>;
  /** Prolongs it; false when the epoch is no longer the newest. */
  renew(epoch: number, ttlMs: number): Promise<boolean>;
  /** Gives it up, if this epoch still has it. */
  release(epoch: number): Promise<void>;
}

/** Long enough to survive a pause of the process, short enough that a successor starts soon. */
export const leaseTtlMs = 10_000;
const renewEveryMs = 3000;
const retryEveryMs = 1000;

export interface LeadershipOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Waits for the lease, then runs `lead` with its epoch until the lease is lost or `signal` aborts, and waits again. The signal that `lead`
 * gets aborts before the lease can have passed to another; writes are fenced by the epoch besides.
 */
export async function runAsLeader(options: LeadershipOptions, signal: AbortSignal, lead: (epoch: number, signal: AbortSignal) => Promise<void>): Promise<void> {
  const { clock, log, store } = options;
  while (!signal.aborted) {
    const epoch = await store.acquire(leaseTtlMs).catch(() => null);
    if (epoch === null) {
      await clock.sleep(retryEveryMs, signal).catch(() => undefined);
      continue;
    }
    log.info({ epoch }, "leading");
    const term = new AbortController();
    const combined = AbortSignal.any([signal, term.signal]);
    // Every loop of the process waits on these two for as long as it leads: many listeners are the plan, not a leak.
    setMaxListeners(0, signal, combined);
    const renewal = renew(options, epoch, combined).then((reason) => term.abort(new Error(reason)));
    await lead(epoch, combined).catch((error: unknown) => log.error({ err: error }, "leading ended with an error"));
    term.abort(new Error("no longer leading"));
    await renewal;
    await store.release(epoch).catch(() => undefined);
    log.info({ epoch }, "no longer leading");
    await clock.sleep(retryEveryMs, signal).catch(() => undefined);
  }
}

async function renew({ clock, store, log }: LeadershipOptions, epoch: number, signal: AbortSignal): Promise<string> {
  let heldUntil = clock.now() + leaseTtlMs;
  for (;;) {
    await clock.sleep(renewEveryMs, signal).catch(() => undefined);
    if (signal.aborted) return "stopping";
    const askedAt = clock.now();
    const answer = await store.renew(epoch, leaseTtlMs).catch((error: unknown) => {
      log.warn({ err: error }, "could not renew the lease");
      return "unknown" as const;
    });
    if (answer === true) heldUntil = askedAt + leaseTtlMs;
    else if (answer === false) return "another process leads";
    // Two seconds early, so that our passes have ended when a successor may start.
    else if (clock.now() >= heldUntil - 2000) return "the lease could not be renewed in time";
  }
}
