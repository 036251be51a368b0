import { setMaxListeners } from "node:events";
import { backoffMs } from "#server/kernel/backoff";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import type { LoopMetrics } from "./metrics";
import { TerminalError, type Outcome, type Reconciler } from "./outcome";
import { WorkQueue, type Priority } from "./work-queue";

export interface LoopContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: LoopMetrics;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Unique id of a pass. */
  readonly newPassId: () => string;
}

/** Retry delays after failures that nobody expected or that come from outside. */
const retry = { baseMs: 250, capMs: 60_000 } as const;

/**
 * Runs one reconciler over its queue of keys: one pass per key at a time, bounded concurrency, a deadline per pass, backoff per key,
 * and no failure of one key that could reach another.
 */
export class Controller {
  readonly queue = new WorkQueue();

  constructor(
    private readonly reconciler: Reconciler,
    private readonly context: LoopContext,
  ) {
    context.metrics.gauge("sluice_queue_depth", { loop: reconciler.name }, () => this.queue.depth);
  }

  get name(): string {
    return this.reconciler.name;
  }

  enqueue(key: string, priority: Priority = "normal", delayMs = 0): void {
    this.queue.add(key, this.context.clock.now() + delayMs, priority);
  }

  /** Works until the signal aborts, then waits for the passes that run. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.reconciler.concurrency }, () => this.work(signal)));
  }

  /** Runs one due pass, if there is one; true when it did. For tests, which own the clock. */
  async runNext(signal: AbortSignal): Promise<boolean> {
    const item = this.queue.take(this.context.clock.now());
    if (item === null) return false;
    await this.pass(item.key, item.priority, signal);
    return true;
  }

  private async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (await this.runNext(signal)) continue;
      await this.idle(signal);
    }
  }

  private async idle(signal: AbortSignal): Promise<void> {
    const waited = new AbortController();
    const either = AbortSignal.any([signal, waited.signal]);
    const due = this.queue.nextDueAt();
    const timer = due === null ? [] : [this.context.clock.sleep(Math.max(0, due - this.context.clock.now()), either).catch(() => undefined)];
    await Promise.race([this.queue.changed(either), ...timer]);
    waited.abort();
  }

  private async pass(key: string, priority: Priority, signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.context;
    const startedAt = clock.now();
    const passId = this.context.newPassId();
    const log = this.context.log.child({ loop: this.name, target: key, passId });
    const deadline = new AbortController();
    const combined = AbortSignal.any([signal, deadline.signal]);
    // A pass hands this one to every engine call that it makes, so the count of listeners says nothing about leaks.
    setMaxListeners(0, combined);
    const timer = clock.sleep(this.reconciler.deadlineMs, combined).then(
      () => deadline.abort(new Error(`the pass took longer than ${String(this.reconciler.deadlineMs)} ms`)),
      () => undefined,
    );
    let writes = 0;
    try {
      const outcome = await this.reconciler.reconcile(key, { passId, log, signal: combined, noteWrite: () => (writes += 1) });
      if (priority === "low" && writes > 0) metrics.count("sluice_resync_corrections_total", { loop: this.name });
      this.succeed(key, priority, outcome);
    } catch (error) {
      if (!signal.aborted) this.fail(key, priority, error, log);
    } finally {
      deadline.abort();
      await timer;
      metrics.observe(this.name, clock.now() - startedAt);
      this.queue.done(key);
    }
  }

  private succeed(key: string, priority: Priority, outcome: Outcome): void {
    this.queue.forgetFailures(key);
    this.context.metrics.count("sluice_passes_total", { loop: this.name, outcome: outcome.kind });
    if (outcome.kind === "after") this.enqueue(key, priority === "low" ? "normal" : priority, outcome.ms);
  }

  private fail(key: string, priority: Priority, error: unknown, log: Logger): void {
    if (error instanceof TerminalError) {
      this.queue.forgetFailures(key);
      this.context.metrics.count("sluice_passes_total", { loop: this.name, outcome: "terminal" });
      log.warn({ err: error }, "gave up until the wish changes");
      return;
    }
    const failures = this.queue.countFailure(key);
    const delay = backoffMs(failures, retry, this.context.random());
    this.context.metrics.count("sluice_passes_total", { loop: this.name, outcome: "error" });
    log[failures >= 5 ? "error" : "warn"]({ err: error, failures, retryInMs: delay }, "pass failed");
    this.enqueue(key, priority, delay);
  }
}
