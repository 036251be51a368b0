import { judgeChecks, verdictOf } from "#server/domain/doctor/judge";
import { trialIdentity } from "#server/domain/doctor/identity";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import type { StoreSession } from "#server/store/store";
import { write } from "../context";
import { tellWaiting } from "../host/room";
import { lastLines } from "../instance/fail";
import { done, type Outcome } from "../runtime/outcome";
import { readContainer } from "./container-column";
import { isConsole, proceed, type Trial } from "./trial";

/** What an instance gets to end by itself. */
const graceMs = 10_000;

/** Asks the container to end, as an update of the deployment would. */
export async function stopTrial(trial: Trial): Promise<Outcome> {
  const { context, row } = trial;
  const container = readContainer(row);
  if (container === null) return proceed(trial, "clean", row.facts);
  const { instanceId } = container.run;
  const before = await context.driver.inspectInstance(instanceId);
  const askedAt = context.clock.now();
  await context.driver.stopInstance(instanceId, graceMs);
  const exitCode = (await context.driver.inspectInstance(instanceId))?.exitCode ?? null;
  // A pass that is repeated after a crash finds it ended; how long that took is then not known, and not told.
  const stop = before?.phase === "running" ? { ms: context.clock.now() - askedAt, graceMs, exitCode } : null;
  const lines = await lastLines(context, instanceId);
  return proceed(trial, "clean", { ...row.facts, stop: stop ?? row.facts.stop }, isConsole(row) ? {} : { lines });
}

/** Revisions of the very same spec keep the report, however the two came about in time. */
async function keepWithRevisions(session: StoreSession, row: DoctorRunRow): Promise<void> {
  const wanted = trialIdentity(row.spec);
  for (const revision of await session.deployments.listRevisionsOfEnvironment(row.workspaceId, row.spec.environmentVersionId))
    if (trialIdentity(revision.spec) === wanted) await session.deployments.keepReport(revision.id, row.id);
}

/** Gives back what the run had on the host, containers first, and ends it. Gone already is success. */
export async function cleanTrial({ context, row, limits }: Pick<Trial, "context" | "row"> & { readonly limits: Trial["limits"] | null }): Promise<Outcome> {
  const owned = await context.driver.listOwned();
  for (const one of owned.instances) if (one.deploymentId === row.id) await context.driver.removeInstance(one.instanceId);
  for (const volume of owned.volumes) if (volume.deploymentId === row.id) await context.driver.removeVolume(volume.name);
  await context.driver.removeNetwork(row.id);
  const now = context.clock.now();
  const gone = { phase: "ended" as const, phaseAt: now, slot: null, container: null };
  await write(context, async (session) => {
    if (row.container !== null) await tellWaiting(session, row.id);
    if (isConsole(row)) {
      await session.doctorRuns.update(row.id, { ...gone, console: "Ended", consoleUntil: null });
      return;
    }
    const checks = limits === null ? row.checks : judgeChecks(row.facts, limits, true);
    const state = row.cancelRequested ? ("Canceled" as const) : ("Finished" as const);
    await session.doctorRuns.update(row.id, { ...gone, checks, verdict: row.cancelRequested ? null : verdictOf(checks), state, finishedAt: now });
    if (!row.cancelRequested) await keepWithRevisions(session, row);
  });
  return done;
}
