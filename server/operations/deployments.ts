import { stringify } from "yaml";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { DeploymentDto, DeploymentRevisionDto } from "#server/contract/deployment";
import { deploymentFile } from "#server/domain/deployment/deployment-file";
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
  return stringify(
    deploymentFile(ref, spec, {
      model: named(model),
      environment: named(environment),
      code: spec.codeConfiguration === null ? undefined : named(code),
    }),
  );
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
