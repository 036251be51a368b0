import type { DeploymentRow } from "#server/store/deployments";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";

/** Gives back volumes and network of a deployment without instances, then marks it gone. Every step may find itself done already. */
export async function finishDeletion(context: ControlContext, deployment: DeploymentRow): Promise<void> {
  const owned = await context.driver.listOwned();
  for (const volume of owned.volumes.filter((candidate) => candidate.deploymentId === deployment.id)) await context.driver.removeVolume(volume.name);
  await context.driver.removeNetwork(deployment.id);
  const now = context.clock.now();
  await write(context, async (session) => {
    await session.deployments.markDeleted(deployment.id, now);
    await session.operations.finish(deployment.id, deployment.generation, "Succeeded", null, now);
    await recordEvent(
      session,
      {
        workspaceId: deployment.workspaceId,
        endpointId: deployment.endpointId,
        deploymentId: deployment.id,
        severity: "info",
        reason: "DeploymentDeleted",
        message: `${deployment.name} is deleted.`,
      },
      now,
    );
    await session.changes.append("endpoint", deployment.endpointId);
    await session.changes.append("traffic", deployment.endpointId);
  });
}
