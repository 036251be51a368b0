import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { QuotaDto, updateQuotaSchema } from "#server/contract/compute";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { defaultCoreQuota, limits, reservedCores, type CoreDemand } from "#server/domain/quota/limits";
import type { StoreSession } from "#server/store/store";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";

const key = "quota.cores";

interface CoreUse {
  readonly others: readonly CoreDemand[];
  readonly demand: (wish: DeploymentSpec) => CoreDemand;
  /** Cores. */
  readonly quota: number;
}

/** What the workspace's deployments ask for, without the one of `exceptId`, and its quota. */
export async function readCoreUse(session: StoreSession, workspaceId: string, exceptId: string | null): Promise<CoreUse> {
  const [deployments, types, setting] = await Promise.all([
    session.deployments.listLiveByWorkspace(workspaceId),
    session.instanceTypes.list(),
    session.settings.find(workspaceId, key),
  ]);
  const demand = (wish: DeploymentSpec): CoreDemand => ({
    cpuCores: types.find((type) => type.name === wish.instanceType)?.cpuCores ?? 0,
    instanceCount: wish.instanceCount,
  });
  const others = deployments.filter((deployment) => deployment.id !== exceptId && !deployment.deleteRequested).map(({ spec }) => demand(spec));
  return { others, demand, quota: typeof setting === "number" ? setting : defaultCoreQuota };
}

/** What the workspace has and may have; counts are Azure's, cores the workspace's own. */
export async function getQuota(context: OperationContext): Promise<QuotaDto> {
  requireVerb(context.actor, "compute.read");
  const { workspaceId } = context.actor;
  const [{ others, quota }, endpoints, deployments] = await Promise.all([
    readCoreUse(context.store, workspaceId, null),
    context.store.endpoints.countLive(workspaceId),
    context.store.deployments.countLive(workspaceId),
  ]);
  return {
    cores: { used: reservedCores(others), limit: quota },
    endpoints: { used: endpoints, limit: limits.endpoints },
    deployments: { used: deployments, limit: limits.deployments },
  };
}

/** Sets the core quota. One below what is used takes nothing away: it only refuses more. */
export async function updateQuota(context: OperationContext, input: z.output<typeof updateQuotaSchema>): Promise<QuotaDto> {
  requireVerb(context.actor, "compute.write");
  const { workspaceId } = context.actor;
  await context.store.transaction(async (session) => {
    const { quota } = await readCoreUse(session, workspaceId, null);
    await session.settings.put(workspaceId, key, input.cores);
    await writeAudit(context, session, {
      action: "compute.write",
      targetType: "quota",
      targetId: workspaceId,
      targetName: "cores",
      before: { cores: quota },
      after: { cores: input.cores },
    });
  });
  return getQuota(context);
}
