/** What of an endpoint's calls is copied to whom. */
export interface MirrorWish {
  /** Shadow's name (lower case) to the percent of calls that are copied to it. */
  readonly shares: Readonly<Record<string, number>>;
  /** Relative difference up to which two numbers count as equal. */
  readonly tolerance: number;
}

export const noMirror: MirrorWish = { shares: {}, tolerance: 1e-6 };

/** What became of one copy. `failed` is a shadow that gave no answer of its own; `skipped` never left the gateway; `unpaired` could not be compared. */
export const mirrorOutcomes = ["agreed", "disagreed", "failed", "unpaired", "skipped"] as const;
export type MirrorOutcome = (typeof mirrorOutcomes)[number];

/** Why a copy was skipped, or not compared. */
export const mirrorReasons = [
  "",
  "body_too_large",
  "too_many_copies",
  "memory_full",
  "body_incomplete",
  "primary_failed",
  "answer_too_large",
  "too_often",
  "no_answer",
] as const;
export type MirrorReason = (typeof mirrorReasons)[number];

/** One copy of a call, as the mirror spools it: one JSON object per line. Durations in milliseconds, -1 where there was no answer. */
export interface MirrorRecord {
  readonly requestId: string;
  /** Unix milliseconds when the call reached the mirror. */
  readonly startedAt: number;
  readonly gatewayId: string;
  readonly endpoint: string;
  readonly primary: string;
  readonly shadow: string;
  readonly outcome: MirrorOutcome;
  readonly reason: MirrorReason;
  /** Statuses as the models gave them; 0 for none. */
  readonly primaryStatus: number;
  readonly shadowStatus: number;
  /** From the hand-over to the first byte of the model's answer. */
  readonly primaryMs: number;
  readonly shadowMs: number;
  /** The first place where the answers differ and both sides of it; empty when they agree. */
  readonly difference: string;
  /** Both answers of a disagreement, cut to `keptBodyBytes`; else empty. */
  readonly primaryBody: string;
  readonly shadowBody: string;
}

/** Of each body of a disagreement that many bytes are kept. */
export const keptBodyBytes = 8192;
