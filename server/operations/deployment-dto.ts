import type { DeploymentDto, InstanceDto } from "#server/contract/deployment";
import { newerBuild } from "#server/domain/environment/build-choice";
import { deploymentSteps } from "#server/domain/deployment/steps";
import { effectiveSize } from "#server/domain/host/placement";
import { percentOf } from "#server/domain/traffic/rules";
import type { ImageBuildRow } from "#server/store/builds";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { InstanceRow } from "#server/store/instances";
import type { OperationContext } from "./context";
import { shownState, workspaceResourceId } from "./endpoint-dto";
import { readLastProbe } from "./last-probe";

const mib = 1024 * 1024;
/** A statistic older than this says nothing about now. */
const freshStatisticMs = 3 * 60_000;

/** Instances that people want to see: living ones, and of each slot the last that failed. */
function shownInstances(rows: readonly InstanceRow[]): readonly InstanceRow[] {
  const newest = new Map<number, InstanceRow>();
  for (const row of rows) if ((newest.get(row.slot)?.createdAt ?? 0) <= row.createdAt) newest.set(row.slot, row);
  return rows.filter((row) => row.removedAt === null || newest.get(row.slot) === row).sort((a, b) => a.slot - b.slot || b.createdAt - a.createdAt);
}

async function instanceDtos(context: OperationContext, rows: readonly InstanceRow[]): Promise<InstanceDto[]> {
  const shown = shownInstances(rows);
  const [statistics, hosts, types, gateways] = await Promise.all([
    context.store.instances.listUsage(
      shown.map((row) => row.id),
      context.clock.now() - freshStatisticMs,
    ),
    context.store.hosts.list(),
    context.store.instanceTypes.list(),
    context.store.gateways.list(),
  ]);
  return shown.map((row) => {
    const host = hosts.find((candidate) => candidate.id === row.hostId);
    const type = types.find((candidate) => candidate.name === row.instanceType);
    const size = type === undefined || host === undefined ? { cpuCores: 0, memoryMib: 0 } : effectiveSize(type, host);
    const statistic = row.removedAt === null ? statistics.get(row.id) : undefined;
    const counted = gateways.filter((gateway) => row.id in gateway.inFlight.instances);
    return {
      id: row.id,
      slot: row.slot,
      host: host?.name ?? row.hostId,
      state: row.state,
      desiredState: row.desiredState,
      ready: row.ready,
      address: row.address === null ? null : `${row.address}${row.port === null ? "" : `:${String(row.port)}`}`,
      instanceType: row.instanceType,
      restarts: row.priorFailures,
      inFlight: counted.length === 0 ? null : counted.reduce((sum, gateway) => sum + (gateway.inFlight.instances[row.id] ?? 0), 0),
      cpuCores: statistic?.cpuCores ?? null,
      cpuLimitCores: size.cpuCores,
      memoryBytes: statistic?.memoryBytes ?? null,
      memoryLimitBytes: size.memoryMib * mib,
      lastProbe: readLastProbe(row.probeState),
      reason: row.reason,
      message: row.message,
      hint: row.hint,
      exitCode: row.exitCode,
      createdAt: row.createdAt,
      readyAt: row.readyAt,
      removedAt: row.removedAt,
    };
  });
}

function imageOf(build: ImageBuildRow, revisions: readonly ImageBuildRow[]): DeploymentDto["image"] {
  const newer = newerBuild(revisions, build);
  return {
    reference: build.imageRef,
    digest: build.sourceDigest ?? build.imageId,
    revision: build.revision,
    newer: newer === null ? null : { revision: newer.revision, cause: newer.cause, finishedAt: newer.finishedAt },
  };
}

/** Wire shape of one deployment with its timeline and instances. */
export async function deploymentDto(context: OperationContext, endpoint: EndpointRow, row: DeploymentRow): Promise<DeploymentDto> {
  const { store } = context;
  const { spec } = row;
  const [base, model, code, environment, instances, type, [wish]] = await Promise.all([
    workspaceResourceId(context),
    spec.modelVersionId === null ? null : store.models.findVersion(spec.modelVersionId),
    spec.codeConfiguration === null ? null : store.codes.findById(spec.codeConfiguration.codeId),
    store.environments.findVersion(spec.environmentVersionId),
    store.instances.listHistory(row.id, 200),
    store.instanceTypes.findByName(spec.instanceType),
    store.operations.listByTarget(row.id, 1),
  ]);
  const revisions = environment === null ? [] : await store.builds.listRevisions(environment.contentHash);
  const pinned = revisions.find((build) => build.id === row.imageBuildId) ?? null;
  const named = (asset: { readonly id: string; readonly name: string; readonly version: number } | null) =>
    asset === null ? null : { id: asset.id, name: asset.name, version: asset.version };
  return {
    id: row.id,
    resourceId: `${base}/onlineEndpoints/${endpoint.name}/deployments/${row.name}`,
    endpoint: endpoint.name,
    name: row.name,
    color: row.color,
    description: spec.description,
    tags: { ...spec.tags },
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    provisioningState: shownState(row),
    conditions: row.conditions.map((condition) => ({ ...condition })),
    steps: deploymentSteps(row.conditions, row.generation, wish?.createdAt ?? row.createdAt).map((step) => ({ ...step })),
    percent: percentOf(endpoint.spec.traffic, row.name),
    model: named(model),
    code: code === null ? null : { id: code.id, name: code.name, version: code.version, anonymous: code.anonymous },
    scoringScript: spec.codeConfiguration?.scoringScript ?? null,
    environment: {
      ...(named(environment) ?? { id: spec.environmentVersionId, name: spec.environmentVersionId, version: 0 }),
      anonymous: environment?.anonymous ?? false,
    },
    environmentVariables: { ...spec.environmentVariables },
    instanceType: spec.instanceType,
    instanceCount: spec.instanceCount,
    requestSettings: { ...spec.requestSettings },
    livenessProbe: { ...spec.livenessProbe },
    readinessProbe: { ...spec.readinessProbe },
    modelMountPath: spec.modelMountPath,
    appInsightsEnabled: spec.appInsightsEnabled,
    buildId: (pinned ?? revisions[0])?.id ?? null,
    image: pinned === null ? null : imageOf(pinned, revisions),
    instances: await instanceDtos(context, instances),
    pricePerHour: (type?.pricePerHour ?? 0) * spec.instanceCount,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
