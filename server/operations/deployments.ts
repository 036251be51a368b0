import { stringify } from "yaml";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { DeploymentDto, DeploymentRevisionDto } from "#server/contract/deployment";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { OperationContext } from "./context";
import { deploymentDto } from "./deployment-dto";
import { findDeployment, findEndpoint } from "./find";
import { wholePage } from "./usage";

export interface DeploymentRef {
  readonly endpoint: string;
  readonly deployment: string;
}

export async function listDeployments(context: OperationContext, input: { readonly endpoint: string }): Promise<Page<DeploymentDto>> {
  requireVerb(context.actor, "deployment.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  const rows = await context.store.deployments.listByEndpoint(endpoint.id);
  return wholePage(await Promise.all(rows.map((row) => deploymentDto(context, endpoint, row))));
}

export async function getDeployment(context: OperationContext, input: DeploymentRef): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  return deploymentDto(context, endpoint, await findDeployment(context.store, endpoint, input.deployment));
}

/** The spec in the words of Azure's YAML, with versions named as people name them. */
async function specYaml(context: OperationContext, ref: { readonly endpoint: string; readonly deployment: string }, spec: DeploymentSpec): Promise<string> {
  const [model, code, environment] = await Promise.all([
    spec.modelVersionId === null ? null : context.store.models.findVersion(spec.modelVersionId),
    spec.codeConfiguration === null ? null : context.store.codes.findById(spec.codeConfiguration.codeId),
    context.store.environments.findVersion(spec.environmentVersionId),
  ]);
  const named = (asset: { readonly name: string; readonly version: number } | null) =>
    asset === null ? undefined : `azureml:${asset.name}:${String(asset.version)}`;
  const probe = (settings: DeploymentSpec["livenessProbe"]) => ({
    initial_delay: settings.initialDelaySeconds,
    period: settings.periodSeconds,
    timeout: settings.timeoutSeconds,
    success_threshold: settings.successThreshold,
    failure_threshold: settings.failureThreshold,
  });
  return stringify({
    name: ref.deployment,
    endpoint_name: ref.endpoint,
    description: spec.description === "" ? undefined : spec.description,
    tags: Object.keys(spec.tags).length === 0 ? undefined : spec.tags,
    model: named(model),
    model_mount_path: spec.modelMountPath ?? undefined,
    code_configuration: spec.codeConfiguration === null ? undefined : { code: named(code), scoring_script: spec.codeConfiguration.scoringScript },
    environment: named(environment),
    environment_variables: Object.keys(spec.environmentVariables).length === 0 ? undefined : spec.environmentVariables,
    instance_type: spec.instanceType,
    instance_count: spec.instanceCount,
    request_settings: {
      request_timeout_ms: spec.requestSettings.requestTimeoutMs,
      max_concurrent_requests_per_instance: spec.requestSettings.maxConcurrentRequestsPerInstance,
      max_queue_wait_ms: spec.requestSettings.maxQueueWaitMs,
    },
    liveness_probe: probe(spec.livenessProbe),
    readiness_probe: probe(spec.readinessProbe),
  });
}

/** Accepted specs, newest first. */
export async function listDeploymentRevisions(context: OperationContext, input: DeploymentRef): Promise<Page<DeploymentRevisionDto>> {
  requireVerb(context.actor, "deployment.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  const deployment = await findDeployment(context.store, endpoint, input.deployment);
  const rows = await context.store.deployments.listRevisions(deployment.id, 50);
  const items = rows.map(async (row): Promise<DeploymentRevisionDto> => ({
    id: row.id,
    generation: row.generation,
    actor: { id: row.actorId, name: row.actorName },
    createdAt: row.createdAt,
    image: row.imageRef === null ? null : { reference: row.imageRef, digest: row.imageDigest ?? "" },
    doctorRunId: row.doctorRunId,
    yaml: await specYaml(context, { endpoint: endpoint.name, deployment: deployment.name }, row.spec),
  }));
  return wholePage(await Promise.all(items));
}
