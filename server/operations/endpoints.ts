import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { EndpointDto } from "#server/contract/endpoint";
import type { OperationContext } from "./context";
import { endpointDto, endpointDtos } from "./endpoint-dto";
import { findEndpoint } from "./find";
import { wholePage } from "./usage";

/** Every endpoint of the workspace, newest first; there are a hundred at most. */
export async function listEndpoints(context: OperationContext): Promise<Page<EndpointDto>> {
  requireVerb(context.actor, "endpoint.read");
  return wholePage(await endpointDtos(context, await context.store.endpoints.listByWorkspace(context.actor.workspaceId)));
}

export async function getEndpoint(context: OperationContext, input: { readonly endpoint: string }): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.read");
  return endpointDto(context, await findEndpoint(context, input.endpoint));
}

/** Whether a name is free in the whole installation: the same rule as creating, which may still lose the race. */
export async function isEndpointNameAvailable(context: OperationContext, input: { readonly endpoint: string }): Promise<{ available: boolean }> {
  requireVerb(context.actor, "endpoint.read");
  return { available: !(await context.store.endpoints.isNameTaken(input.endpoint)) };
}
