import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { deleteEndpointSchema, EndpointDto } from "#server/contract/endpoint";
import type { OperationContext } from "./context";
import { endpointDto } from "./endpoint-dto";
import { findEndpoint, requireConfirmation } from "./find";
import { recordWish } from "./wish";

/** Asks for the endpoint and all its deployments to go, whatever traffic they get, as on Azure. Asking again changes nothing. */
export async function deleteEndpoint(context: OperationContext, input: z.output<typeof deleteEndpointSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.delete");
  const found = await findEndpoint(context, input.endpoint);
  requireConfirmation(found.name, input.confirmName);
  await context.store.transaction(async (session) => {
    const row = await session.endpoints.lock(found.id);
    if (row === null || !(await session.endpoints.requestDelete(row.id))) return;
    const deployments = await session.deployments.listByEndpoint(row.id);
    for (const deployment of deployments) await session.deployments.requestDelete(deployment.id);
    await recordWish(context, session, {
      audit: {
        action: "endpoint.delete",
        targetType: "endpoint",
        targetId: row.id,
        targetName: row.name,
        endpointId: row.id,
        before: { traffic: row.spec.traffic, deployments: deployments.map((deployment) => deployment.name) },
      },
      changes: [["endpoint", row.id], ["traffic", row.id], ...deployments.map((deployment) => ["deployment", deployment.id] as const)],
      generation: row.generation + 1,
    });
  });
  return endpointDto(context, (await context.store.endpoints.findById(found.id)) ?? found);
}
