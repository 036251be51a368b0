/** Wakes everybody who waits. Whoever stops waiting is forgotten at once, so that waiting through long quiet times costs nothing. */
export class WakeUp {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next ring, or when the signal aborts. Call it before looking, so that a ring between looking and waiting is not missed. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      if (signal.aborted) wake();
      else signal.addEventListener("abort", wake, { once: true });
    });
  }

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  get waiting(): number {
    return this.#waiting.size;
  }
}
