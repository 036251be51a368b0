import { setTimeout as delay } from "node:timers/promises";
import { failedBesides, failedOf, reportOf, tally, type Finding, type LoadReport } from "./report";
import type { LoadSpec, Stage } from "./stage";

export interface Span {
  /** Milliseconds before, at least during, and after the fault. */
  readonly ms: number;
  readonly full: boolean;
}

/** One fault of the table, as a script. */
export interface Fault {
  readonly id: string;
  readonly title: string;
  readonly allowed: string;
  run(stage: Stage, span: Span): Promise<Finding>;
}

/** Connections are made and caches filled before anything is counted. */
const warmUpMs = 2000;

/** What a fault's script tells while it happens. */
export class Watch {
  injectedAt = 0;
  detectMs: number | null = null;
  recoverMs: number | null = null;
  readonly notes: string[] = [];

  /** From now on the fault is there. */
  injected(): void {
    this.injectedAt = Date.now();
  }

  detected(): void {
    this.detectMs ??= Date.now() - this.injectedAt;
  }

  /** `since` is the injection, or, where a person or the world heals the fault, the moment of that. */
  recovered(since = this.injectedAt): void {
    this.recoverMs = Date.now() - since;
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Keeps the fault there for the rest of a span. */
  async hold(ms: number): Promise<void> {
    await delay(Math.max(0, this.injectedAt + ms - Date.now()));
  }
}

/** Collects passed allowances. */
export class Judge {
  readonly broken: string[] = [];

  atMost(what: string, value: number, limit: number, unit = ""): this {
    if (!(value <= limit)) this.broken.push(`${what} ${round(value)}${unit}, allowed ${round(limit)}${unit}`);
    return this;
  }

  that(holds: boolean, otherwise: string): this {
    if (!holds) this.broken.push(otherwise);
    return this;
  }

  /** Failed requests of one load since the fault began. */
  failures(report: LoadReport, limit: number): this {
    return this.atMost(`${report.name}: failed requests`, failedOf(report).length, limit);
  }

  /** Nothing failed but what was under way at that moment. */
  onlyInHand(report: LoadReport, moment: number): this {
    return this.atMost(`${report.name}: failed requests that the instance did not have in hand:`, failedBesides(report, moment).length, 0);
  }

  /** No load lost anything. */
  noFailures(finding: Pick<Finding, "loads">): this {
    for (const report of finding.loads) this.failures(report, 0);
    return this;
  }
}

const round = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0));

/** A load of the finding by its position in what was ordered. */
export function loadAt(finding: Pick<Finding, "loads">, index: number): LoadReport {
  const report = finding.loads[index];
  if (report === undefined) throw new Error(`there is no load ${String(index)}`);
  return report;
}

export type Measured = Omit<Finding, "broken"> & { readonly injectedAt: number; readonly healedAt: number };

/** Runs loads for a span before, while the fault happens (for a span or as long as its script takes), and for a span after it. */
export async function measure(stage: Stage, specs: readonly LoadSpec[], span: Span, during: (watch: Watch) => Promise<void>): Promise<Measured> {
  const orders = await Promise.all(specs.map((spec) => stage.order(spec)));
  const stops = orders.map((order) => stage.load.start(order));
  const watch = new Watch();
  let failure: Error | null = null;
  await delay(warmUpMs);
  const countedFrom = Date.now();
  await delay(span.ms);
  watch.injected();
  try {
    await during(watch);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  await watch.hold(span.ms);
  const healedAt = Date.now();
  if (failure === null) await delay(span.ms);
  const all = await Promise.all(stops.map((stop) => stop()));
  if (failure !== null) throw failure;
  const marks = { injectedAt: watch.injectedAt, healedAt };
  const loads = specs.map((spec, index) => {
    const counted = (all[index] ?? []).filter(({ dueAt }) => dueAt >= countedFrom);
    return reportOf(spec.name, spec.perSecond, counted, marks);
  });
  return { loads, detectMs: watch.detectMs, recoverMs: watch.recoverMs, notes: watch.notes, ...marks };
}

/** The finding of a measurement: judged, and with what failed among its notes. */
export function judged(measured: Measured, judge: (judge: Judge) => Judge, more: readonly string[] = []): Finding {
  const lost = measured.loads.flatMap((report) => {
    const failed = failedOf(report);
    const noise = report.before.failed;
    return [
      ...(failed.length === 0 ? [] : [`${report.name} failed: ${tally(failed)}`]),
      ...(noise === 0 ? [] : [`${report.name}: ${String(noise)} failed before the fault already: the machine is too busy for this rate`]),
    ];
  });
  return { ...measured, broken: judge(new Judge()).broken, notes: [...measured.notes, ...more, ...lost] };
}
