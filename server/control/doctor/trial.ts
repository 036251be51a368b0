import { judgeChecks } from "#server/domain/doctor/judge";
import type { DoctorFacts, DoctorFailure, DoctorLimits, DoctorPhase } from "#server/domain/doctor/types";
import { routesOf } from "#server/domain/deployment/run-spec";
import type { InferenceRoutes } from "#server/domain/deployment/types";
import type { DoctorRunPatch, DoctorRunRow } from "#server/store/doctor-runs";
import { write, type ControlContext } from "../context";
import type { SpecInputs } from "../deployment/inputs";
import { after, type Outcome, type PassContext } from "../runtime/outcome";

/** One pass over one run. */
export interface Trial {
  readonly context: ControlContext;
  readonly pass: PassContext;
  readonly row: DoctorRunRow;
  readonly inputs: SpecInputs;
  readonly limits: DoctorLimits;
}

export const routesOfTrial = ({ inputs }: Trial): InferenceRoutes => routesOf(inputs.environment.spec);

/** The container is kept for the console: the report is written and stays as it is. */
export const isConsole = ({ console }: DoctorRunRow): boolean => console === "Starting" || console === "Open";

/** Writes what was seen, judged again; a console sees nothing new for the report. */
export async function note(trial: Pick<Trial, "context" | "row" | "limits">, facts: DoctorFacts, patch: DoctorRunPatch = {}): Promise<void> {
  const { context, row, limits } = trial;
  const seen = isConsole(row) ? {} : { facts, checks: judgeChecks(facts, limits, false) };
  await write(context, (session) => session.doctorRuns.update(row.id, { ...seen, ...patch }));
}

/** On to the next phase, with what this one saw. */
export async function proceed(trial: Trial, phase: DoctorPhase, facts: DoctorFacts, patch: DoctorRunPatch = {}): Promise<Outcome> {
  await note(trial, facts, { phase, phaseAt: trial.context.clock.now(), ...patch });
  return after(0, phase);
}

/** The run has come to its end early; the console tells its own. */
export async function giveUp(trial: Trial, failure: DoctorFailure, patch: DoctorRunPatch = {}): Promise<Outcome> {
  const told = isConsole(trial.row) ? { consoleMessage: failure.message } : {};
  return proceed(trial, "clean", { ...trial.row.facts, failure }, { ...told, ...patch });
}
