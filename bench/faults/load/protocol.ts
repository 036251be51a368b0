import type { Target } from "../../../playwright/fixtures/scorer";

/** One answer of the load process, small because there are many. */
export interface Sample {
  /** Milliseconds since the epoch at which the request was due, whether or not it left on time. */
  readonly dueAt: number;
  /** From when it was due until its answer had arrived. */
  readonly latencyMs: number;
  /** 0 when no answer came. */
  readonly status: number;
  /** Our code of the answer, or Node's of a broken connection; empty for a good answer. */
  readonly code: string;
  readonly deployment: string;
  /** First characters of the answering container's id; empty when no model answered. */
  readonly instance: string;
  readonly retryAfter: string;
}

export interface LoadOrder {
  readonly target: Target;
  readonly perSecond: number;
  readonly timeoutMs: number;
}

export type LoadCommand = { readonly kind: "start"; readonly id: number; readonly order: LoadOrder } | { readonly kind: "stop"; readonly id: number };
export interface LoadResult {
  readonly id: number;
  readonly samples: readonly Sample[];
}
