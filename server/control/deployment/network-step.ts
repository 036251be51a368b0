import { blocksFor, blocksInSupernet, freeBlock, subnetAt, type Subnet } from "#server/domain/host/addressing";
import { isUniqueViolation } from "#server/store/client";
import type { DeploymentRow } from "#server/store/deployments";
import { write, type ControlContext } from "../context";
import { TransientError } from "../runtime/outcome";

/** Largest instance count that a deployment may have; its subnet never has to grow. */
const maxInstances = 50;
export const subnetBlocks = blocksFor(maxInstances);

export const subnetOf = (context: ControlContext, index: number): Subnet => subnetAt(context.settings.supernet, index, subnetBlocks);

/** Networks at the end of the supernet that no deployment gets: containers on trial come and go, and few run at a time. */
export const trialSlots = 4;
const trialIndex = (slot: number): number => blocksInSupernet - (slot + 1) * subnetBlocks;
export const trialSubnet = (context: ControlContext, slot: number): Subnet => subnetOf(context, trialIndex(slot));
const keptForTrials = { index: trialIndex(trialSlots - 1), blocks: trialSlots * subnetBlocks };

const tryBlock = (context: ControlContext, deployment: DeploymentRow): Promise<number> =>
  write(context, async (session) => {
    const taken = (await session.deployments.listSubnets()).map((row) => ({ index: row.subnetIndex, blocks: subnetBlocks }));
    const index = freeBlock([...taken, keptForTrials], subnetBlocks);
    if (index === null) throw new TransientError("no subnet is free in the supernet");
    await session.deployments.updateProgress(deployment.id, { subnetIndex: index });
    return index;
  });

async function takeBlock(context: ControlContext, deployment: DeploymentRow): Promise<number> {
  for (;;) {
    try {
      return await tryBlock(context, deployment);
    } catch (error) {
      // Another new deployment took the same block at this moment. It won and is seen from now on, so this ends.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

/** Gives the deployment its own bridge; the block is written first, so that a repeated pass asks for the same one. */
export async function networkStep(context: ControlContext, deployment: DeploymentRow): Promise<Subnet> {
  const subnet = subnetOf(context, deployment.subnetIndex ?? (await takeBlock(context, deployment)));
  await context.driver.ensureNetwork({ deploymentId: deployment.id, subnet: subnet.cidr, gateway: subnet.gateway });
  return subnet;
}
