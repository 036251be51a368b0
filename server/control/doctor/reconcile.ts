import type { DoctorPhase } from "#server/domain/doctor/types";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import { loops, write, type ControlContext } from "../context";
import { findInputs } from "../deployment/inputs";
import { after, done, type Outcome, type PassContext, type Reconciler } from "../runtime/outcome";
import { startTrial } from "./container";
import { cleanTrial, stopTrial } from "./end";
import { exercise } from "./exercise";
import { awaitImage, prepareHost } from "./prepare";
import { giveUp, type Trial } from "./trial";
import { awaitReady, keepOpen } from "./watch";

/** From the image on; a trial that takes longer tells nothing more. */
const longestMs = 40 * 60_000;

const steps: Readonly<Record<Exclude<DoctorPhase, "clean" | "ended">, (trial: Trial) => Promise<Outcome>>> = {
  image: awaitImage,
  storage: prepareHost,
  start: startTrial,
  ready: awaitReady,
  exercise,
  open: keepOpen,
  stop: stopTrial,
};

/** Somebody wants it to end, and it is not about to. */
const isEnding = (row: DoctorRunRow): boolean => (row.console === "Starting" || row.console === "Open" ? row.consoleEnd : row.cancelRequested);

async function toClean(context: ControlContext, row: DoctorRunRow): Promise<Outcome> {
  await write(context, (session) => session.doctorRuns.update(row.id, { phase: "clean", phaseAt: context.clock.now() }));
  return after(0, "clean");
}

async function begin(context: ControlContext, row: DoctorRunRow): Promise<void> {
  const now = context.clock.now();
  await write(context, (session) => session.doctorRuns.update(row.id, { state: "Running", startedAt: now, phaseAt: now }));
}

async function take(context: ControlContext, pass: PassContext, row: DoctorRunRow): Promise<Outcome> {
  const found = await findInputs(context.store, row.spec);
  const instanceTypes = await context.store.instanceTypes.list();
  const { livenessProbe: liveness, readinessProbe: readiness, requestSettings } = row.spec;
  const limits = found.ok ? { instanceType: found.inputs.type, instanceTypes, liveness, readiness, requestTimeoutMs: requestSettings.requestTimeoutMs } : null;
  if (row.phase === "clean") return cleanTrial({ context, row, limits });
  // What it was asked for with is gone meanwhile.
  if (!found.ok || limits === null || row.phase === "ended") return toClean(context, row);
  const trial = { context, pass, row, inputs: found.inputs, limits };
  const since = row.console === "None" ? (row.startedAt ?? row.createdAt) : row.phaseAt;
  const late = row.phase !== "image" && row.phase !== "open" && context.clock.now() - since > longestMs + context.settings.build.timeoutMs;
  if (late)
    return giveUp(trial, { at: "start", reason: "TimeLimit", message: "The trial took too long.", hint: "Try again when the host is less busy.", lines: [] });
  return steps[row.phase](trial);
}

/** Takes one trial of a spec one step on: image, files, a container alone, readiness, sample requests, a clean stop, and nothing left. */
export function doctorReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.doctor,
    concurrency: 3,
    // Copying a large model into its volume is the longest step.
    deadlineMs: 30 * 60_000,
    async reconcile(key, pass) {
      const row = await context.store.doctorRuns.findById(key);
      if (row === null || row.phase === "ended") return done;
      if (isEnding(row) && row.phase !== "clean") return toClean(context, row);
      if (row.state !== "Queued") return take(context, pass, row);
      await begin(context, row);
      return after(0, "begun");
    },
  };
}
