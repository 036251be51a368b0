import type { Logger } from "#server/kernel/log";

/** What a pass says: nothing more to do until news, or look again after a time (with the reason, for the log). */
export type Outcome = { readonly kind: "done" } | { readonly kind: "after"; readonly ms: number; readonly reason: string };

export const done: Outcome = { kind: "done" };
export const after = (ms: number, reason: string): Outcome => ({ kind: "after", ms, reason });

/** Something outside is not there right now; the pass is tried again with backoff. */
export class TransientError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TransientError";
  }
}

/** Trying again cannot help before the wish changes. The reconciler has said so in a condition already. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TerminalError";
  }
}

export interface PassContext {
  /** Names the pass in every log line. */
  readonly passId: string;
  readonly log: Logger;
  /** Aborts at the pass's deadline and when the lease is lost. */
  readonly signal: AbortSignal;
  /** Says that the pass changed something. In a resync that means a hint was missed, which is counted. */
  readonly noteWrite: () => void;
}

/** Key in, outcome out: a pass reads everything again and may run any number of times. */
export interface Reconciler {
  readonly name: string;
  readonly concurrency: number;
  /** Milliseconds after which a pass is aborted. */
  readonly deadlineMs: number;
  reconcile(key: string, context: PassContext): Promise<Outcome>;
}
