import type { ProbeOutcome, ProbeSettings } from "./types";

/** Until an instance was ready for the first time it is asked this often, so that readiness is seen without waiting a period. */
export const eagerPeriodMs = 250;

export const probeKinds = ["readiness", "liveness"] as const;
export type ProbeKind = (typeof probeKinds)[number];

/** Consecutive results of one probe of one instance; plain data, kept in the instance's row. */
export interface ProbeCount {
  readonly successes: number;
  readonly failures: number;
  /** Unix milliseconds of the latest probe and of the latest counted failure; null when there was none. */
  readonly lastAt: number | null;
  readonly lastFailureAt: number | null;
  readonly lastOk: boolean;
  readonly lastMessage: string;
}

export interface ProbeState {
  readonly readiness: ProbeCount;
  readonly liveness: ProbeCount;
  readonly ready: boolean;
  readonly everReady: boolean;
}

const noProbe: ProbeCount = { successes: 0, failures: 0, lastAt: null, lastFailureAt: null, lastOk: false, lastMessage: "" };
export const initialProbeState: ProbeState = { readiness: noProbe, liveness: noProbe, ready: false, everReady: false };

export interface ProbeFacts {
  readonly now: number;
  /** Start of the container. */
  readonly startedAt: number;
  /** Requests running at the instance; null when no gateway said so lately. */
  readonly inFlight: number | null;
}

export interface Judgement {
  readonly state: ProbeState;
  /** Liveness gave up: the instance must end. */
  readonly dead: boolean;
  /** Readiness reached its failure threshold (now or earlier) without a success since. */
  readonly readinessExhausted: boolean;
}

const describe = (outcome: ProbeOutcome): string => (outcome.kind === "success" ? "" : outcome.kind === "timeout" ? "The probe timed out." : outcome.message);

/**
 * A failure counts only after the initial delay, at most once per period, and, for time-outs, only when the instance provably has nothing
 * to do: a single-worker server answers nothing while it scores.
 */
function counts(outcome: ProbeOutcome, previous: ProbeCount, settings: ProbeSettings, facts: ProbeFacts): boolean {
  if (outcome.kind === "success") return false;
  if (outcome.kind === "timeout" && facts.inFlight !== 0) return false;
  if (facts.now - facts.startedAt < settings.initialDelaySeconds * 1000) return false;
  return previous.lastFailureAt === null || facts.now - previous.lastFailureAt >= settings.periodSeconds * 1000;
}

function advance(previous: ProbeCount, outcome: ProbeOutcome, settings: ProbeSettings, facts: ProbeFacts): ProbeCount {
  const seen = { lastAt: facts.now, lastOk: outcome.kind === "success", lastMessage: describe(outcome) };
  if (outcome.kind === "success") return { ...seen, successes: previous.successes + 1, failures: 0, lastFailureAt: null };
  // An excused time-out says nothing either way, so it leaves the successes standing as well.
  if (outcome.kind === "timeout" && facts.inFlight !== 0) return { ...previous, ...seen };
  if (!counts(outcome, previous, settings, facts)) return { ...previous, ...seen, successes: 0 };
  return { ...seen, successes: 0, failures: previous.failures + 1, lastFailureAt: facts.now };
}

/** Takes one probe's outcome into the state, by Azure's thresholds; times in Unix milliseconds. */
export function judgeProbe(state: ProbeState, kind: ProbeKind, outcome: ProbeOutcome, settings: ProbeSettings, facts: ProbeFacts): Judgement {
  const count = advance(state[kind], outcome, settings, facts);
  const exhausted = count.failures >= settings.failureThreshold;
  if (kind === "liveness") return { state: { ...state, liveness: count }, dead: exhausted, readinessExhausted: false };
  const ready = count.successes >= settings.successThreshold ? true : exhausted ? false : state.ready;
  return { state: { ...state, readiness: count, ready, everReady: state.everReady || ready }, dead: false, readinessExhausted: exhausted };
}

/** Unix milliseconds at which a probe is due. Liveness keeps Azure's rhythm from the start, readiness hurries until its first success. */
export function probeDueAt(state: ProbeState, kind: ProbeKind, settings: ProbeSettings, startedAt: number): number {
  const last = state[kind].lastAt;
  if (kind === "readiness") return last === null ? startedAt : last + (state.everReady ? settings.periodSeconds * 1000 : eagerPeriodMs);
  return last === null ? startedAt + settings.initialDelaySeconds * 1000 : last + settings.periodSeconds * 1000;
}
