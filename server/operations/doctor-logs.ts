import { requireVerb } from "#server/auth/policy";
import type { LogPage } from "#server/contract/monitoring";
import type { CodeRow } from "#server/store/codes";
import { listLogs, pageOfTexts, readAt, readLogs, type LogRead } from "#server/telemetry/logs/read-logs";
import type { EndpointScope } from "#server/telemetry/query/scope";
import type { OperationContext } from "./context";
import { findDoctorRun } from "./doctor";
import { linkFrames } from "./log-frames";

/** Runs of one endpoint whose lines are merged; older ones are reached by their reports. */
const maxRuns = 200;

/**
 * The collector follows a container on trial like any other, under the run's id in place of a deployment's: so its lines are there while it
 * runs, whole, and marked as entries.
 */
const container = "inference-server";

interface TrialLog {
  readonly id: string;
  readonly name: string;
  readonly codeId: string | null;
}

async function readTrials(context: OperationContext, runs: readonly TrialLog[], instanceId: string | null, read: LogRead): Promise<LogPage> {
  const { home } = context.settings;
  const page = await readLogs(home, { ...read, deployments: runs, container, instanceId });
  const codeOf = async (id: string): Promise<CodeRow | null> => {
    for (const { id: runId, codeId } of runs)
      if (codeId !== null && (await listLogs(home, runId, container)).includes(id)) return context.store.codes.findById(codeId);
    return null;
  };
  return { ...page, lines: await linkFrames(page.lines, codeOf) };
}

export interface TrialLogQuery extends LogRead {
  /** Null for all of the endpoint. */
  readonly deployment: string | null;
  readonly instanceId: string | null;
}

/** Lines of all trials for an endpoint's deployments; null when there was none of the deployment asked for, which need not have been made. */
export async function readDoctorLogs(context: OperationContext, scope: EndpointScope, query: TrialLogQuery): Promise<LogPage | null> {
  const names = new Map(scope.deployments.map(({ name }) => [name.toLowerCase(), name]));
  const rows = await context.store.doctorRuns.listOfEndpoint(scope.workspaceId, scope.name, scope.createdAt, maxRuns);
  const wanted = query.deployment?.toLowerCase();
  const runs = rows.filter(({ deployment }) => wanted === undefined || deployment.toLowerCase() === wanted);
  if (runs.length === 0 && wanted !== undefined) return null;
  const named = runs.map(({ id, deployment, codeId }) => ({ id, name: names.get(deployment.toLowerCase()) ?? deployment, codeId }));
  return readTrials(context, named, query.instanceId, query);
}

/** What the containers of one run printed, of a good trial too; what the report itself kept when no line is left of that. */
export async function getDoctorRunLog(context: OperationContext, input: { readonly id: string } & LogRead): Promise<LogPage> {
  requireVerb(context.actor, "telemetry.read");
  const row = await findDoctorRun(context, input.id);
  const run = { id: row.id, name: row.deployment, codeId: row.spec.codeConfiguration?.codeId ?? null };
  const read = readAt(input);
  const page = await readTrials(context, [run], null, read);
  const isWhole = read.after === undefined && read.before === undefined;
  if (page.sources.length > 0 || !isWhole) return page;
  return pageOfTexts({ id: row.id, deployment: row.deployment }, row.lines.slice(-read.limit), row.finishedAt ?? row.createdAt);
}
