import { invalidInput, invalidState, notFound } from "#server/domain/errors";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";

/** Names hold no underscore, so an id and a name are never taken for each other. */
const isId = (reference: string, prefix: string): boolean => reference.startsWith(`${prefix}_`);

/** The live endpoint of the actor's workspace by name (any case) or id; `endpoint.not_found` also for those of other workspaces. */
export async function findEndpoint(context: OperationContext, reference: string, session: StoreSession = context.store): Promise<EndpointRow> {
  const { workspaceId } = context.actor;
  const row = isId(reference, "ep") ? await session.endpoints.findById(reference) : await session.endpoints.findLiveByName(workspaceId, reference);
  if (row === null || row.workspaceId !== workspaceId || row.deletedAt !== null)
    throw notFound("endpoint.not_found", `There is no endpoint ${reference.slice(0, 64)}.`);
  return row;
}

/** The live deployment of an endpoint by name (any case) or id. */
export async function findDeployment(session: StoreSession, endpoint: EndpointRow, reference: string): Promise<DeploymentRow> {
  const row = isId(reference, "dep") ? await session.deployments.findById(reference) : await session.deployments.findLiveByName(endpoint.id, reference);
  if (row?.endpointId !== endpoint.id || row.deletedAt !== null)
    throw notFound("deployment.not_found", `There is no deployment ${reference.slice(0, 64)} in ${endpoint.name}.`);
  return row;
}

/** As `findEndpoint`, with the row locked until the transaction ends and refused when it is being deleted. */
export async function lockEndpoint(context: OperationContext, session: StoreSession, reference: string): Promise<EndpointRow> {
  const found = await findEndpoint(context, reference, session);
  const row = await session.endpoints.lock(found.id);
  if (row === null || row.deletedAt !== null) throw notFound("endpoint.not_found", `There is no endpoint ${found.name}.`);
  if (row.deleteRequested) throw invalidState("endpoint.deleting", `${row.name} is being deleted.`);
  return row;
}

/** The deployment, refused when it is being deleted. */
export async function findChangeable(session: StoreSession, endpoint: EndpointRow, reference: string): Promise<DeploymentRow> {
  const row = await findDeployment(session, endpoint, reference);
  if (row.deleteRequested) throw invalidState("deployment.deleting", `${row.name} is being deleted.`);
  return row;
}

/** Deleting asks for the name once more, so that the wrong row is not deleted by a slip. */
export function requireConfirmation(name: string, confirmName: string): void {
  if (confirmName === name) return;
  throw invalidInput("input.confirm_mismatch", `Type ${name} to confirm.`, [{ path: "confirmName", message: "is not the name" }]);
}
