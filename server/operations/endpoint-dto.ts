import type { EndpointDto, TrafficChangeDto, TrafficReceipt } from "#server/contract/endpoint";
import { deploymentProblem, deploymentSteps } from "#server/domain/deployment/steps";
import type { ProvisioningState } from "#server/domain/provisioning";
import { isLive } from "#server/domain/routing/liveness";
import { percentOf } from "#server/domain/traffic/rules";
import { presetOf } from "#server/domain/endpoint/limits";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { GatewayRow } from "#server/store/gateways";
import type { TrafficChangeRow } from "#server/store/traffic-changes";
import type { OperationContext } from "./context";
import { namesOf } from "./usage";

/** Base of ARM-style ids in the actor's workspace. */
export async function workspaceResourceId(context: OperationContext): Promise<string> {
  const workspace = await context.store.workspaces.findById(context.actor.workspaceId);
  const { subscriptionId = "", resourceGroup = "", name = "" } = workspace ?? {};
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}

interface Reconciled {
  readonly generation: number;
  readonly observedGeneration: number;
  readonly deleteRequested: boolean;
  readonly provisioningState: ProvisioningState;
}

/** The state as people see it: a wish that no reconciler has looked at yet already counts as under way. */
export function shownState(row: Reconciled): ProvisioningState {
  if (row.deleteRequested) return "Deleting";
  if (row.observedGeneration >= row.generation) return row.provisioningState;
  return row.observedGeneration === 0 ? "Creating" : "Updating";
}

/** What became of an accepted split, as far as live gateways have said. */
export function toReceipt(change: TrafficChangeRow, gateways: readonly GatewayRow[], nowMs: number): TrafficReceipt {
  const live = gateways.filter((gateway) => isLive(gateway, nowMs));
  const revision = change.routingRevision;
  const acknowledged = revision === null ? 0 : live.filter((gateway) => gateway.appliedRevision >= revision).length;
  const applied = change.appliedAt !== null;
  return {
    state: change.refusedReason !== null ? "refused" : applied ? "applied" : "pending",
    routingRevision: revision,
    acknowledged: applied ? (change.gatewayCount ?? acknowledged) : acknowledged,
    gateways: applied ? (change.gatewayCount ?? live.length) : live.length,
    durationMs: change.appliedAt === null ? null : Math.max(0, change.appliedAt - change.createdAt),
    refusedReason: change.refusedReason,
  };
}

export const toChangeDto = (row: TrafficChangeRow, gateways: readonly GatewayRow[], nowMs: number): TrafficChangeDto => ({
  id: row.id,
  generation: row.generation,
  before: { ...row.before },
  after: { ...row.after },
  actor: { id: row.actorId, name: row.actorName },
  createdAt: row.createdAt,
  receipt: toReceipt(row, gateways, nowMs),
});

async function summarize(context: OperationContext, endpoints: readonly EndpointRow[]) {
  const deployments = await context.store.deployments.listByEndpoints(endpoints.map((endpoint) => endpoint.id));
  const [instances, models, environments] = await Promise.all([
    context.store.instances.listByDeployments(deployments.map((deployment) => deployment.id)),
    context.store.models.listVersionsByIds(deployments.flatMap((deployment) => deployment.spec.modelVersionId ?? [])),
    context.store.environments.listVersionsByIds(deployments.map((deployment) => deployment.spec.environmentVersionId)),
  ]);
  const versioned = (row: { readonly name: string; readonly version: number } | undefined) => (row === undefined ? null : `${row.name}:${String(row.version)}`);
  return (endpoint: EndpointRow): EndpointDto["deployments"] =>
    deployments
      .filter((deployment) => deployment.endpointId === endpoint.id)
      .map((deployment: DeploymentRow) => ({
        id: deployment.id,
        name: deployment.name,
        color: deployment.color,
        provisioningState: shownState(deployment),
        percent: percentOf(endpoint.spec.traffic, deployment.name),
        instancesReady: instances.filter((instance) => instance.deploymentId === deployment.id && instance.ready && instance.desiredState === "Running").length,
        instancesDesired: deployment.spec.instanceCount,
        instanceType: deployment.spec.instanceType,
        model: versioned(models.find((model) => model.id === deployment.spec.modelVersionId)),
        environment:
          versioned(environments.find((environment) => environment.id === deployment.spec.environmentVersionId)) ?? deployment.spec.environmentVersionId,
        grpc: environments.find((environment) => environment.id === deployment.spec.environmentVersionId)?.spec.inferenceConfig?.http2 ?? false,
        problem: deploymentProblem(deploymentSteps(deployment.conditions, deployment.generation, deployment.createdAt)),
      }));
}

/** Wire shapes of endpoints with a line per deployment, in a fixed number of queries. */
export async function endpointDtos(context: OperationContext, rows: readonly EndpointRow[]): Promise<EndpointDto[]> {
  const [base, nameOf, changes, gateways, deploymentsOf] = await Promise.all([
    workspaceResourceId(context),
    namesOf(
      context,
      rows.map((row) => row.ownerId),
    ),
    context.store.trafficChanges.listLatest(rows.map((row) => row.id)),
    context.store.gateways.list(),
    summarize(context, rows),
  ]);
  const now = context.clock.now();
  const { domain, port } = context.settings.gateway;
  return rows.map((row) => {
    const address = `${context.settings.gateway.url}/endpoints/${row.name.toLowerCase()}`;
    const change = changes.find((candidate) => candidate.endpointId === row.id);
    return {
      id: row.id,
      resourceId: `${base}/onlineEndpoints/${row.name}`,
      name: row.name,
      description: row.spec.description,
      authMode: row.spec.authMode,
      authOverlap: row.spec.authOverlap !== null && row.spec.authOverlap.until > now ? { ...row.spec.authOverlap } : null,
      tags: { ...row.spec.tags },
      owner: { id: row.ownerId, name: nameOf(row.ownerId) },
      generation: row.generation,
      observedGeneration: row.observedGeneration,
      provisioningState: shownState(row),
      conditions: row.conditions.map((condition) => ({ ...condition })),
      traffic: { ...row.spec.traffic },
      mirrorTraffic: { ...row.spec.mirror.shares },
      mirrorTolerance: row.spec.mirror.tolerance,
      limits: { ...row.spec.limits },
      limitPreset: presetOf(row.spec.limits),
      routing: structuredClone({ ...row.spec.routing }) as EndpointDto["routing"],
      scoringUri: `${address}/score`,
      swaggerUri: `${address}/swagger.json`,
      hostScoringUri: `https://${row.name.toLowerCase()}.${domain}${port === 443 ? "" : `:${String(port)}`}/score`,
      deployments: deploymentsOf(row),
      receipt: change === undefined ? null : toReceipt(change, gateways, now),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  });
}

export async function endpointDto(context: OperationContext, row: EndpointRow): Promise<EndpointDto> {
  const [dto] = await endpointDtos(context, [row]);
  if (dto === undefined) throw new Error("one row makes one shape");
  return dto;
}
