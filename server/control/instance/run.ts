import { instanceEndCause } from "#server/domain/instance/exit";
import { stoppedWithProduct } from "#server/domain/instance/planned-stop";
import { judgeProbe, probeDueAt, probeKinds, type Judgement, type ProbeKind } from "#server/domain/probe/judge";
import type { Cause } from "#server/domain/deployment/status";
import type { InstanceObservation } from "#server/drivers/compute-driver";
import type { InstancePatch, InstanceRow } from "#server/store/instances";
import { writeRoutine, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { inFlightAt, readRoutingView, trustedForMs } from "../gateways";
import { after, done, type Outcome } from "../runtime/outcome";
import { endWithProduct } from "./end";
import { failInstance, lastLines } from "./fail";
import { isNews, readProbeState, type KeptProbeState } from "./probe-state";
import { readRunSpec, type FrozenRun } from "./run-spec-column";

/** Reports of gateways older than this say nothing about now. */
const reportFreshMs = 3000;
/** How long a container that does not answer may take to end by itself before it is killed. */
const deadGraceMs = 2000;
/** Between two looks at a paused container; the engine's event usually comes first. */
const restLookMs = 1000;

const causeOnly = ({ reason, message, hint }: Cause): Cause => ({ reason, message, hint });

/** What the log says of an instance that runs and does not answer, else what the probe said. */
async function silentCause(
  context: ControlContext,
  row: InstanceRow,
  kind: ProbeKind,
  said: string,
): Promise<{ readonly cause: Cause; readonly lines: readonly string[] }> {
  const lines = await lastLines(context, row.id);
  const { run, routes } = readRunSpec(row);
  const wasReady = row.readyAt !== null;
  const end = { exitCode: null, outOfMemory: false, error: "", neverReady: true, wasReady, probe: { ...routes[kind], said } };
  const known = instanceEndCause(end, lines, run.memoryMib);
  if (known.reason !== "NeverReady" || !wasReady) return { cause: causeOnly(known), lines: known.lines };
  const reason = kind === "liveness" ? "LivenessFailed" : "ReadinessFailed";
  const cause = {
    reason,
    message: `The ${kind} probe failed too often in a row. ${said}`.trim(),
    hint: "The container runs but does not answer. Look at its log, and at the probe's path, port and time-out.",
  };
  return { cause, lines };
}

/** Latest results by instance: what the row does not have to know. Losing it costs a few probes. */
export type ProbeMemory = Map<string, KeptProbeState>;

async function ended(context: ControlContext, row: InstanceRow, state: KeptProbeState, observation: InstanceObservation | null): Promise<Outcome> {
  const lastSeenAt = Math.max(row.startedAt ?? row.createdAt, state.readiness.lastAt ?? 0, state.liveness.lastAt ?? 0);
  const stoppedAt = stoppedWithProduct(context.settings.plannedStops, observation?.finishedAt ?? null, lastSeenAt);
  if (stoppedAt !== null) return endWithProduct(context, row, stoppedAt, observation?.exitCode ?? null);
  if (observation === null) {
    const cause = {
      reason: "ContainerGone",
      message: "The container vanished from the host.",
      hint: "Somebody removed it outside of this product; a new one takes its place.",
    };
    await failInstance(context, row, { state: "Orphaned", cause, exitCode: null, endedAt: lastSeenAt, lines: [] });
    return done;
  }
  const lines = await lastLines(context, row.id);
  const { exitCode, outOfMemory, error, finishedAt: endedAt } = observation;
  const cause = instanceEndCause({ exitCode, outOfMemory, error, wasReady: row.readyAt !== null }, lines, readRunSpec(row).run.memoryMib);
  await failInstance(context, row, { state: "Failed", cause: causeOnly(cause), exitCode, endedAt, lines: cause.lines });
  return done;
}

async function inFlightNow(context: ControlContext, row: InstanceRow): Promise<number | null> {
  // Never routed, so nobody can have sent it anything.
  if (row.readyAt === null) return 0;
  const now = context.clock.now();
  const { gateways } = await readRoutingView(context.store, now, trustedForMs);
  return gateways.length === 0 ? 0 : inFlightAt(gateways, row.id, now - reportFreshMs);
}

async function endDead(context: ControlContext, row: InstanceRow, message: string): Promise<Outcome> {
  const silence = await silentCause(context, row, "liveness", message);
  await context.driver.stopInstance(row.id, deadGraceMs);
  await failInstance(context, row, { state: "Failed", ...silence, exitCode: null });
  return done;
}

interface News {
  readonly patch: InstancePatch;
  /** Set when readiness was lost, or given up before it ever came. */
  readonly trouble: { readonly cause: Cause; readonly lines: readonly string[] } | null;
}

/** What a probe's judgement changes in the row, beside the results themselves. */
async function newsOf(context: ControlContext, row: InstanceRow, state: KeptProbeState, judgement: Judgement): Promise<News> {
  const results = { probeState: { ...state }, ready: state.ready };
  if (state.ready)
    return { patch: row.ready ? results : { ...results, readyAt: row.readyAt ?? context.clock.now(), reason: null, message: null, hint: null }, trouble: null };
  const troubled = row.ready || (judgement.readinessExhausted && row.reason === null);
  if (!troubled) return { patch: results, trouble: null };
  const trouble = await silentCause(context, row, "readiness", state.readiness.lastMessage);
  return { patch: { ...results, ...trouble.cause }, trouble };
}

async function keep(context: ControlContext, row: InstanceRow, { patch, trouble }: News): Promise<void> {
  const now = context.clock.now();
  const flipped = patch.ready !== row.ready;
  const base = { workspaceId: row.workspaceId, endpointId: row.endpointId, deploymentId: row.deploymentId, instanceId: row.id };
  await writeRoutine(context, async (session) => {
    if ((await session.instances.updateIfState(row.id, row.state, patch)) === null) return;
    if (flipped) await session.changes.append("traffic", row.endpointId);
    if (flipped || trouble !== null) await session.changes.append("deployment", row.deploymentId);
    if (flipped && patch.ready === true)
      await recordEvent(session, { ...base, severity: "info", reason: "InstanceReady", message: `Instance ${String(row.slot)} is ready.` }, now);
    if (trouble !== null)
      await recordEvent(session, { ...base, severity: "warning", ...trouble.cause, data: { slot: row.slot, exitCode: null, lines: trouble.lines } }, now);
  });
}

async function probeOnce(
  context: ControlContext,
  row: InstanceRow,
  frozen: FrozenRun,
  state: KeptProbeState,
  kind: ProbeKind,
  startedAt: number,
): Promise<Judgement> {
  const settings = frozen.probes[kind];
  const outcome = await context.driver.probe(row.id, frozen.run.address, frozen.routes[kind], settings.timeoutSeconds * 1000);
  const inFlight = outcome.kind === "timeout" ? await inFlightNow(context, row) : 0;
  return judgeProbe(state, kind, outcome, settings, { now: context.clock.now(), startedAt, inFlight });
}

const paused: Cause = {
  reason: "InstancePaused",
  message: "The container is paused.",
  hint: "Somebody paused it outside of this product. It takes requests again when it is resumed.",
};

/** A paused container takes connections and answers none, so it leaves at once; probes would only count what is known. */
async function rest(context: ControlContext, row: InstanceRow, memory: ProbeMemory): Promise<Outcome> {
  const state = memory.get(row.id) ?? readProbeState(row.probeState);
  // Without a last probe the next one is due at once when it is resumed.
  const readiness = { ...state.readiness, successes: 0, lastAt: null };
  const resting = { ...state, readiness, ready: false };
  memory.set(row.id, resting);
  if (row.ready) await keep(context, row, { patch: { probeState: { ...resting }, ready: false, ...paused }, trouble: { cause: paused, lines: [] } });
  return after(restLookMs, "paused");
}

/** Running: look whether it still does, then probe what is due. One pass probes each kind at most once. */
export async function watch(context: ControlContext, row: InstanceRow, memory: ProbeMemory): Promise<Outcome> {
  const observation = await context.driver.inspectInstance(row.id);
  const written = readProbeState(row.probeState);
  let state = memory.get(row.id) ?? written;
  if (observation === null || observation.phase === "exited" || observation.phase === "created") return ended(context, row, state, observation);
  if (observation.phase === "paused") return rest(context, row, memory);
  const frozen = readRunSpec(row);
  const startedAt = row.startedAt ?? row.createdAt;
  let last: Judgement = { state, dead: false, readinessExhausted: false };
  for (const kind of probeKinds) {
    if (probeDueAt(state, kind, frozen.probes[kind], startedAt) > context.clock.now()) continue;
    const judgement = await probeOnce(context, row, frozen, state, kind, startedAt);
    state = { ...judgement.state, quietAt: state.quietAt };
    if (judgement.dead) return endDead(context, row, state.liveness.lastMessage);
    last = { ...judgement, readinessExhausted: last.readinessExhausted || judgement.readinessExhausted };
  }
  memory.set(row.id, state);
  const news = await newsOf(context, row, state, last);
  if (isNews(written, state) || news.patch.ready !== row.ready || news.trouble !== null) await keep(context, row, news);
  const due = Math.min(...probeKinds.map((kind) => probeDueAt(state, kind, frozen.probes[kind], startedAt)));
  return after(Math.max(due - context.clock.now(), 10), "next probe");
}
