import { WakeUp } from "#server/kernel/wake-up";

/** `urgent` is for what a person waits for (traffic), `low` for resyncs, so that a resync never delays a change. */
export const priorities = ["urgent", "normal", "low"] as const;
export type Priority = (typeof priorities)[number];

interface Item {
  readonly key: string;
  priority: Priority;
  dueAt: number;
  /** Order of arrival, so that equals are served first come, first served. */
  readonly order: number;
}

/**
 * Keys waiting for a pass: each at most once, each handed out to one worker at a time. A key that is added while its pass runs
 * is handed out again afterwards, so no news is lost. Times in Unix milliseconds, given by the caller.
 */
export class WorkQueue {
  private readonly waiting = new Map<string, Item>();
  private readonly running = new Set<string>();
  /** Keys added during their own pass. */
  private readonly again = new Map<string, Item>();
  private readonly failures = new Map<string, number>();
  private order = 0;
  private readonly wakeUp = new WakeUp();

  /** Adds a key, or brings a waiting one forward: it keeps the earlier time and the higher priority. */
  add(key: string, dueAt: number, priority: Priority = "normal"): void {
    const target = this.running.has(key) ? this.again : this.waiting;
    const existing = target.get(key);
    if (existing === undefined) target.set(key, { key, priority, dueAt, order: (this.order += 1) });
    else {
      existing.dueAt = Math.min(existing.dueAt, dueAt);
      if (priorities.indexOf(priority) < priorities.indexOf(existing.priority)) existing.priority = priority;
    }
    if (target === this.waiting) this.wakeUp.ring();
  }

  /** Takes the most important due key, or null. The caller must end the pass with `done`. */
  take(now: number): { readonly key: string; readonly priority: Priority; readonly waitedMs: number } | null {
    let best: Item | undefined;
    for (const item of this.waiting.values()) if (item.dueAt <= now && (best === undefined || before(item, best))) best = item;
    if (best === undefined) return null;
    this.waiting.delete(best.key);
    this.running.add(best.key);
    return { key: best.key, priority: best.priority, waitedMs: now - best.dueAt };
  }

  /** Ends a key's pass; what was added meanwhile becomes waiting. */
  done(key: string): void {
    this.running.delete(key);
    const item = this.again.get(key);
    if (item === undefined) return;
    this.again.delete(key);
    this.add(item.key, item.dueAt, item.priority);
  }

  /** Failures in a row of a key, this one included. */
  countFailure(key: string): number {
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    return failures;
  }

  forgetFailures(key: string): void {
    this.failures.delete(key);
  }

  /** When the next waiting key is due; null when none waits. */
  nextDueAt(): number | null {
    let next: number | null = null;
    for (const item of this.waiting.values()) next = next === null ? item.dueAt : Math.min(next, item.dueAt);
    return next;
  }

  get depth(): number {
    return this.waiting.size + this.again.size;
  }

  get active(): number {
    return this.running.size;
  }

  /** Resolves when something was added; at once when `signal` is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    return this.wakeUp.next(signal);
  }
}

function before(a: Item, b: Item): boolean {
  const byPriority = priorities.indexOf(a.priority) - priorities.indexOf(b.priority);
  return byPriority !== 0 ? byPriority < 0 : a.order < b.order;
}
