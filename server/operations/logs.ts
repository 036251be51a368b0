import { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { LogPage, logQuerySchema } from "#server/contract/monitoring";
import { notFound } from "#server/domain/errors";
import type { CodeRow } from "#server/store/codes";
import type { InstanceRow } from "#server/store/instances";
import { readAt, readBuildLog, readLogs } from "#server/telemetry/logs/read-logs";
import { endpointScope } from "#server/telemetry/query/scope";
import type { OperationContext } from "./context";
import { readDoctorLogs } from "./doctor-logs";
import { linkFrames } from "./log-frames";

/** What an instance was started with, as far as logs are named after it. */
const startedWith = z.object({ run: z.object({ image: z.string(), mounts: z.array(z.object({ volume: z.string() })) }) });

async function findInstance(context: OperationContext, id: string): Promise<InstanceRow | null> {
  const row = await context.store.instances.findById(id);
  return row?.workspaceId === context.actor.workspaceId ? row : null;
}

/** Volumes are named after the beginning of what was staged into them. */
const stagingsOf = (row: InstanceRow): readonly string[] => startedWith.parse(row.runSpec).run.mounts.map(({ volume }) => volume.split("-").at(-1) ?? "");

/** The build behind an instance's image, else behind the newest of these deployments; null when the image needed none. */
async function buildOf(context: OperationContext, deploymentIds: readonly string[], instance: InstanceRow | null): Promise<string | null> {
  const { builds, deployments, environments } = context.store;
  const rows = await deployments.listByIds(deploymentIds);
  const deployment = instance === null ? [...rows].sort((a, b) => b.createdAt - a.createdAt)[0] : rows.find(({ id }) => id === instance.deploymentId);
  if (deployment === undefined) return null;
  const revision = instance === null ? null : await deployments.findRevision(deployment.id, instance.deploymentGeneration);
  if (instance === null && deployment.imageBuildId !== null) return deployment.imageBuildId;
  const environment = await environments.findVersion((revision ?? deployment).spec.environmentVersionId);
  if (environment === null) return null;
  const image = instance === null ? null : startedWith.parse(instance.runSpec).run.image;
  const known = await builds.listRevisions(environment.contentHash);
  return (known.find(({ imageRef }) => imageRef === image) ?? known[0])?.id ?? null;
}

/** The code that an instance ran, whatever its deployment runs now; null when it ran none. */
async function codeOf(context: OperationContext, instanceId: string): Promise<CodeRow | null> {
  const instance = await findInstance(context, instanceId);
  const revision = instance === null ? null : await context.store.deployments.findRevision(instance.deploymentId, instance.deploymentGeneration);
  const codeId = revision?.spec.codeConfiguration?.codeId;
  return codeId === undefined ? null : context.store.codes.findById(codeId);
}

const noLines: LogPage = { lines: [], older: null, next: null, sources: [] };

/** Log lines of an endpoint's containers, also of those that are gone; for one instance also what staged it and what built its image. */
export async function getLogs(context: OperationContext, input: z.output<typeof logQuerySchema>): Promise<LogPage> {
  requireVerb(context.actor, "telemetry.read");
  const scope = await endpointScope(context.telemetryDb, context.actor.workspaceId, input.endpoint);
  const wanted = input.deployment?.toLowerCase();
  const deployments = scope.deployments.filter((deployment) => wanted === undefined || deployment.name.toLowerCase() === wanted);
  const read = readAt(input);
  const instanceId = input.instanceId ?? null;
  const trials = input.container === "doctor" ? await readDoctorLogs(context, scope, { ...read, deployment: input.deployment ?? null, instanceId }) : null;
  if (trials !== null) return trials;
  if (wanted !== undefined && deployments.length === 0)
    throw notFound("deployment.not_found", `There is no deployment ${input.deployment ?? ""} in ${scope.name}.`);
  if (input.container === "doctor") return noLines;
  const { home } = context.settings;
  if (input.container === "inference-server") {
    const page = await readLogs(home, { ...read, deployments, container: input.container, instanceId });
    return { ...page, lines: await linkFrames(page.lines, (id) => codeOf(context, id)) };
  }
  const instance = instanceId === null ? null : await findInstance(context, instanceId);
  if (input.container === "storage-initializer") {
    const stagings = instanceId === null ? {} : { stagings: instance === null ? [] : stagingsOf(instance) };
    return readLogs(home, { ...read, deployments, container: input.container, instanceId: null, ...stagings });
  }
  const deploymentIds = deployments.map(({ id }) => id);
  const buildId = await buildOf(context, deploymentIds, instance);
  return buildId === null ? noLines : readBuildLog(home, buildId, read);
}
