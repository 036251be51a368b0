import { requireVerb } from "#server/auth/policy";
import type { DeploymentDto } from "#server/contract/deployment";
import { invalidState } from "#server/domain/errors";
import type { OperationContext } from "./context";
import { deploymentDto } from "./deployment-dto";
import type { DeploymentRef } from "./deployments";
import { findChangeable, lockEndpoint } from "./find";
import { recordWish } from "./wish";

/**
 * Asks for the newest image of the same environment: what a tag stands for now, or what a refreshed base made. Instances are replaced one after
 * another while the old ones serve; when there is nothing newer, nothing happens.
 */
export async function rollDeployment(context: OperationContext, input: DeploymentRef): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.write");
  const changed = await context.store.transaction(async (session) => {
    const endpoint = await lockEndpoint(context, session, input.endpoint);
    const before = await findChangeable(session, endpoint, input.deployment);
    const row = await session.deployments.requestRoll(before.id);
    if (row === null) throw invalidState("deployment.deleting", `${before.name} is being deleted.`);
    const { userId, name } = context.actor;
    const { spec, specHash, generation } = row;
    const revision = { id: context.newId("revision"), deploymentId: row.id, generation, spec, specHash, actorId: userId, actorName: name };
    await session.deployments.insertRevision({ ...revision, createdAt: context.clock.now() });
    await recordWish(context, session, {
      audit: { action: "deployment.roll", targetType: "deployment", targetId: row.id, targetName: row.name, endpointId: endpoint.id },
      changes: [
        ["deployment", row.id],
        ["endpoint", endpoint.id],
      ],
      generation,
    });
    return { endpoint, row };
  });
  return deploymentDto(context, changed.endpoint, changed.row);
}
