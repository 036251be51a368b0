import { givesUpAfterMs } from "#server/domain/doctor/begin-checks";
import type { DoctorFacts } from "#server/domain/doctor/types";
import type { EndCause } from "#server/domain/instance/end";
import { instanceEndCause } from "#server/domain/instance/exit";
import type { InstanceObservation } from "#server/drivers/compute-driver";
import { lastLines } from "../instance/fail";
import { after, type Outcome } from "../runtime/outcome";
import { widen } from "./container";
import { readContainer, type TrialContainer } from "./container-column";
import { giveUp, note, proceed, routesOfTrial, type Trial } from "./trial";

const lookAgainMs = 250;
/** Smaller growth of the peak is not worth a write of its own. */
const newsBytes = 1024 * 1024;
/** Beyond what the probes allow a start is still waited for, so that the report can say how long it takes. */
const patienceShare = 1.5;
const longestPatienceMs = 20 * 60_000;
/** How long the console's container is kept. */
export const consoleMs = 10 * 60_000;

const patienceMs = ({ limits }: Trial): number => {
  const allowed = Math.min(givesUpAfterMs(limits.liveness), givesUpAfterMs(limits.readiness));
  return Math.min(longestPatienceMs, Math.max(allowed * patienceShare, allowed + 60_000));
};

/** The highest use of memory that any look at it saw. */
export async function withMemory(trial: Trial, facts: DoctorFacts, instanceId: string): Promise<DoctorFacts> {
  const used = await trial.context.driver.memoryOf(instanceId);
  if (used === null || facts.memory === null) return facts;
  return { ...facts, memory: { ...facts.memory, peakBytes: Math.max(facts.memory.peakBytes, used) } };
}

/** It lacked memory: tried once more with what the host can spare, else given up. */
export async function outOfMemory(trial: Trial, container: TrialContainer, cause: EndCause, lines: readonly string[]): Promise<Outcome> {
  const { row } = trial;
  const exceededMib = container.exceededMib ?? container.run.memoryMib;
  const memory = row.facts.memory === null ? null : { ...row.facts.memory, exceededMib };
  const facts = { ...row.facts, memory, calls: null };
  const wider = await widen({ ...trial, row: { ...row, facts } }, container);
  if (wider === null) {
    const { reason, message, hint } = cause;
    return giveUp({ ...trial, row: { ...row, facts } }, { at: "start", reason, message, hint, lines: cause.lines }, { lines });
  }
  return proceed(trial, "start", facts, { container: wider, lines });
}

/** Why it ended or is given up, from the engine and the log; lack of memory has a road of its own. */
export async function ended(trial: Trial, container: TrialContainer, observation: InstanceObservation | null, at: "start" | "response"): Promise<Outcome> {
  const { context } = trial;
  const lines = await lastLines(context, container.run.instanceId);
  const end = { exitCode: observation?.exitCode ?? null, outOfMemory: observation?.outOfMemory ?? false, error: observation?.error ?? "" };
  const neverReady = observation?.phase === "running";
  const cause = instanceEndCause({ ...end, neverReady }, lines, container.run.memoryMib);
  if (lackedMemory(cause)) return outOfMemory(trial, container, cause, lines);
  const { reason, message, hint } = cause;
  return giveUp(trial, { at, reason, message, hint, lines: cause.lines }, { lines });
}

const lackedMemory = ({ reason }: EndCause): boolean => reason === "OutOfMemory" || reason === "InitOutOfMemory";

/** A server may outlive the worker that the kernel killed, and would then never be ready. */
async function lacksMemory(trial: Trial, container: TrialContainer): Promise<boolean> {
  const lines = await lastLines(trial.context, container.run.instanceId);
  const end = { exitCode: null, outOfMemory: false, error: "", neverReady: true };
  return lackedMemory(instanceEndCause(end, lines, container.run.memoryMib));
}

async function probed(trial: Trial, container: TrialContainer, facts: DoctorFacts, startedAt: number): Promise<DoctorFacts> {
  const { context, limits } = trial;
  const { instanceId, address } = container.run;
  const { liveness, readiness } = routesOfTrial(trial);
  const ask = async (route: typeof liveness, timeoutSeconds: number): Promise<boolean> =>
    (await context.driver.probe(instanceId, address, route, timeoutSeconds * 1000)).kind === "success";
  const start = facts.start ?? { ms: 0, liveMs: null, readyMs: null };
  const isLive = start.liveMs !== null || (await ask(liveness, limits.liveness.timeoutSeconds));
  const isReady = await ask(readiness, limits.readiness.timeoutSeconds);
  const elapsed = Math.max(0, context.clock.now() - startedAt);
  return { ...facts, start: { ...start, liveMs: isLive ? (start.liveMs ?? elapsed) : null, readyMs: isReady ? elapsed : null } };
}

/** One look at a container that is not ready yet. */
export async function awaitReady(trial: Trial): Promise<Outcome> {
  const { context, row } = trial;
  const container = readContainer(row);
  if (container === null) return proceed(trial, "storage", row.facts);
  const observation = await context.driver.inspectInstance(container.run.instanceId);
  if (observation?.phase !== "running") return ended(trial, container, observation, "start");
  const startedAt = container.startedAt ?? row.phaseAt;
  const seen = await probed(trial, container, await withMemory(trial, row.facts, container.run.instanceId), startedAt);
  if (seen.start?.readyMs != null) {
    if (row.console === "Starting") return proceed(trial, "open", seen, { console: "Open", consoleUntil: context.clock.now() + consoleMs });
    return proceed(trial, "exercise", seen);
  }
  const late = context.clock.now() - startedAt > patienceMs(trial);
  if (late || (await lacksMemory(trial, container))) return ended({ ...trial, row: { ...row, facts: seen } }, container, observation, "start");
  const grown = (seen.memory?.peakBytes ?? 0) - (row.facts.memory?.peakBytes ?? 0) > newsBytes;
  if (grown || seen.start?.liveMs !== row.facts.start?.liveMs) await note(trial, seen);
  return after(lookAgainMs, "not ready");
}

/** The console's container: kept until its time is up, somebody ends it, or it ends by itself. */
export async function keepOpen(trial: Trial): Promise<Outcome> {
  const { context, row } = trial;
  const container = readContainer(row);
  const running = container !== null && (await context.driver.inspectInstance(container.run.instanceId))?.phase === "running";
  const left = (row.consoleUntil ?? 0) - context.clock.now();
  if (running && left > 0) return after(Math.min(left, 2000), "the console is open");
  const consoleMessage = running ? "The ten minutes are over." : "The container ended.";
  return proceed(trial, "stop", row.facts, { consoleMessage });
}
