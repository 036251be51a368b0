import { SluiceError, type FieldError } from "../errors";

/** Azure's counts; names are unique per installation, counts are per workspace. */
export const limits = { endpoints: 100, deployments: 500, deploymentsPerEndpoint: 20, instancesPerDeployment: 50 } as const;

/** Cores that a workspace may ask for unless its setting `quota.cores` says otherwise. */
export const defaultCoreQuota = 100;

const refusal = (code: string, message: string, fields: readonly FieldError[]): SluiceError =>
  new SluiceError({ kind: "quota_exceeded", code, message, fields });

/** A fifth is kept back so that a deployment can be replaced while it serves: asking for n counts as ceil(1.2 n) instances. */
export const reservedInstances = (count: number): number => Math.ceil((count * 12) / 10);

export interface CoreDemand {
  readonly cpuCores: number;
  readonly instanceCount: number;
}

/** Cores that count against the quota, as the instance type names them (not as a small host caps them). */
export const reservedCores = (demands: readonly CoreDemand[]): number =>
  demands.reduce((sum, { cpuCores, instanceCount }) => sum + cpuCores * reservedInstances(instanceCount), 0);

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** Refuses a wish whose cores, with those of all other deployments, exceed the workspace's quota. */
export function judgeCores(others: readonly CoreDemand[], wish: CoreDemand, quota: number): SluiceError | null {
  const used = reservedCores(others);
  const asked = reservedCores([wish]);
  if (used + asked <= quota + 1e-9) return null;
  const count = reservedInstances(wish.instanceCount);
  return refusal(
    "quota.instances",
    `${String(wish.instanceCount)} of these instances count as ${String(count)} (a fifth is kept for updates), ${round(asked)} cores; ${round(Math.max(0, quota - used))} of ${round(quota)} are free.`,
    [
      {
        path: "instanceCount",
        message: "more cores than the quota has left",
        remedy: "Lower the count, choose a smaller instance type, or delete a deployment.",
      },
    ],
  );
}

export const judgeEndpointCount = (existing: number): SluiceError | null =>
  existing < limits.endpoints ? null : refusal("quota.endpoints", `A workspace has at most ${String(limits.endpoints)} endpoints.`, []);

export function judgeDeploymentCount(inEndpoint: number, inWorkspace: number): SluiceError | null {
  if (inEndpoint >= limits.deploymentsPerEndpoint)
    return refusal("quota.deployments_per_endpoint", `An endpoint has at most ${String(limits.deploymentsPerEndpoint)} deployments.`, []);
  if (inWorkspace >= limits.deployments) return refusal("quota.deployments", `A workspace has at most ${String(limits.deployments)} deployments.`, []);
  return null;
}
