import type { Clock } from "#server/kernel/clock";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(startMs = Date.UTC(2026, 10, 23, 12)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer: Timer = {
        at: this.#now + ms,
        fire: () => {
          this.#timers.delete(timer);
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      const abort = () => {
        this.#timers.delete(timer);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) abort();
      else if (ms <= 0) resolve();
      else {
        signal?.addEventListener("abort", abort, { once: true });
        this.#timers.add(timer);
      }
    });
  }

  /** Moves time and fires what came due, in order. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= target).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
    this.#now = target;
  }
}
