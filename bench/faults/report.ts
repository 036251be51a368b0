import { percentile } from "../../playwright/fixtures/scorer";
import type { Sample } from "./load/protocol";

export interface Phase {
  readonly sent: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What one load saw before, during and after the fault. */
export interface LoadReport {
  readonly name: string;
  readonly perSecond: number;
  readonly samples: readonly Sample[];
  /** Milliseconds since the epoch at which the fault began. */
  readonly injectedAt: number;
  readonly before: Phase;
  readonly during: Phase;
  readonly after: Phase;
}

const toleranceMs = 100;

/** Times of one run, in milliseconds since the epoch. */
export interface Marks {
  readonly injectedAt: number;
  readonly healedAt: number;
}

/** The outcome of one fault. */
export interface Finding {
  readonly loads: readonly LoadReport[];
  /** Milliseconds from the fault until the product knew, and until everything was as before; null where the fault has no such moment. */
  readonly detectMs: number | null;
  readonly recoverMs: number | null;
  /** Allowances that were passed, each as one sentence; none is a pass. */
  readonly broken: readonly string[];
  /** What else was measured. */
  readonly notes: readonly string[];
}

export const isFailed = ({ status }: Sample): boolean => status < 200 || status > 299;

function phaseOf(samples: readonly Sample[]): Phase {
  const latencies = samples.filter((sample) => !isFailed(sample)).map(({ latencyMs }) => latencyMs);
  return { sent: samples.length, failed: samples.filter(isFailed).length, p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) };
}

export function reportOf(name: string, perSecond: number, samples: readonly Sample[], { injectedAt, healedAt }: Marks): LoadReport {
  return {
    name,
    perSecond,
    samples,
    injectedAt,
    before: phaseOf(samples.filter(({ dueAt }) => dueAt < injectedAt)),
    during: phaseOf(samples.filter(({ dueAt }) => dueAt >= injectedAt && dueAt < healedAt)),
    after: phaseOf(samples.filter(({ dueAt }) => dueAt >= healedAt)),
  };
}

/** Failed requests that had their answer after the fault began: what failed before is the machine's doing. */
export const failedOf = (report: LoadReport): readonly Sample[] =>
  report.samples.filter((sample) => isFailed(sample) && sample.dueAt + sample.latencyMs >= report.injectedAt);

/** Those of them that were not under way at that moment, give or take what a clock and a system call may differ. */
export const failedBesides = (report: LoadReport, moment: number): readonly Sample[] =>
  failedOf(report).filter(({ dueAt, latencyMs }) => dueAt > moment + toleranceMs || dueAt + latencyMs < moment - toleranceMs);

/** How often each outcome occurred among failed requests, for a note. */
export function tally(samples: readonly Sample[]): string {
  const counts = new Map<string, number>();
  for (const { status, code } of samples) counts.set(`${String(status)} ${code}`, (counts.get(`${String(status)} ${code}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${String(count)} × ${what}`).join(", ");
}
