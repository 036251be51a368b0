import { blocksFor, freeBlock, subnetAt, type Subnet } from "#server/domain/host/addressing";
import { TransientError } from "../runtime/outcome";
import type { DeploymentRow } from "#server/store/deployments";
import { write, type ControlContext } from "../context";

/** Largest instance count that a deployment may have; its subnet never has to grow. */
const maxInstances = 50;
export const subnetBlocks = blocksFor(maxInstances);

export const subnetOf = (context: ControlContext, index: number): Subnet => subnetAt(context.settings.supernet, index, subnetBlocks);

async function takeBlock(context: ControlContext, deployment: DeploymentRow): Promise<number> {
  return write(context, async (session) => {
    const taken = (await session.deployments.listSubnets()).map((row) => ({ index: row.subnetIndex, blocks: subnetBlocks }));
    const index = freeBlock(taken, subnetBlocks);
    if (index === null) throw new TransientError("no subnet is free in the supernet");
    await session.deployments.updateProgress(deployment.id, { subnetIndex: index });
    return index;
  });
}

/** Gives the deployment its own bridge; the block is written first, so that a repeated pass asks for the same one. */
export async function networkStep(context: ControlContext, deployment: DeploymentRow): Promise<Subnet> {
  const subnet = subnetOf(context, deployment.subnetIndex ?? (await takeBlock(context, deployment)));
  await context.driver.ensureNetwork({ deploymentId: deployment.id, subnet: subnet.cidr, gateway: subnet.gateway });
  return subnet;
}
