import { Controller, type LoopContext } from "./controller";
import type { Reconciler } from "./outcome";
import type { Priority } from "./work-queue";

/** A hint that something changed: which noun, which one. */
export interface Hint {
  readonly kind: string;
  readonly key: string;
}

/** Where hints come from: a reader of the change table that knows how far it came, with a wake-up when there is news. */
export interface HintSource {
  /** The next hints, at most a page; none when all were read. What a rejected call would have given is given by the next one. */
  read(): Promise<readonly Hint[]>;
  /** Resolves when there may be news, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

export interface RuntimeOptions {
  readonly reconcilers: readonly Reconciler[];
  /** Which keys of which loop a hint concerns. */
  readonly route: (hint: Hint) => readonly { readonly loop: string; readonly key: string; readonly priority?: Priority }[];
  /** Every key of every loop, from scratch: what hints may have missed. */
  readonly listAll: () => Promise<readonly { readonly loop: string; readonly key: string }[]>;
  readonly source: HintSource;
  /** Milliseconds between full resyncs. */
  readonly resyncEveryMs: number;
  readonly context: LoopContext;
}

/** Poll of the change table when no wake-up came: a lost notification costs this much at most. */
const pollEveryMs = 1000;
/** How long a stopping runtime waits for passes to end. */
const drainMs = 10_000;

/** All loops of one process behind one change feed. Knows nothing of what the keys mean. */
export class Runtime {
  readonly controllers: ReadonlyMap<string, Controller>;

  constructor(private readonly options: RuntimeOptions) {
    this.controllers = new Map(options.reconcilers.map((reconciler) => [reconciler.name, new Controller(reconciler, options.context)]));
  }

  enqueue(loop: string, key: string, priority: Priority = "normal", delayMs = 0): void {
    this.controllers.get(loop)?.enqueue(key, priority, delayMs);
  }

  /** Reads the feed until it is empty; the number of hints that were routed. */
  async readFeed(): Promise<number> {
    let routed = 0;
    for (;;) {
      const hints = await this.options.source.read();
      if (hints.length === 0) return routed;
      routed += hints.length;
      for (const hint of hints) for (const target of this.options.route(hint)) this.enqueue(target.loop, target.key, target.priority ?? "normal");
    }
  }

  /** Enqueues everything at low priority. */
  async resync(): Promise<void> {
    for (const target of await this.options.listAll()) this.enqueue(target.loop, target.key, "low");
    this.options.context.metrics.count("sluice_resyncs_total");
  }

  /** Runs feed, resync and loops until the signal aborts; then lets running passes end (for at most ten seconds). */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.options.context;
    // From the feed's end on: what was before is in the resync.
    await this.guard("feed", () => this.readFeed());
    const loops = [...this.controllers.values()].map((controller) => controller.run(signal));
    await Promise.all([this.feedLoop(signal), this.resyncLoop(signal)]);
    const patience = new AbortController();
    await Promise.race([Promise.all(loops), clock.sleep(drainMs, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  /** Tests own the clock: reads the feed and runs due passes one after another until nothing is due. */
  async runDue(signal: AbortSignal, limit = 10_000): Promise<number> {
    let passes = 0;
    for (;;) {
      await this.readFeed();
      let ran = false;
      for (const controller of this.controllers.values()) if (await controller.runNext(signal)) ran = true;
      if (!ran) return passes;
      if ((passes += 1) > limit) throw new Error(`still busy after ${String(limit)} rounds`);
    }
  }

  /** When the next pass is due; null when none waits. */
  nextDueAt(): number | null {
    const times = [...this.controllers.values()].map((controller) => controller.queue.nextDueAt()).filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  private async feedLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waited = new AbortController();
      const either = AbortSignal.any([signal, waited.signal]);
      const news = this.options.source.changed(either);
      await this.guard("feed", () => this.readFeed());
      await Promise.race([news, this.options.context.clock.sleep(pollEveryMs, either).catch(() => undefined)]);
      waited.abort();
    }
  }

  private async resyncLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const worked = await this.guard("resync", () => this.resync());
      await this.options.context.clock.sleep(worked ? this.options.resyncEveryMs : pollEveryMs, signal).catch(() => undefined);
    }
  }

  /** The database may be away for a while; the loops survive it and try again. */
  private async guard(what: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.options.context.metrics.count("sluice_feed_errors_total", { part: what });
      this.options.context.log.warn({ err: error, part: what }, "could not read from the database");
      return false;
    }
  }
}
