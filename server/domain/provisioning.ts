/** Azure's provisioning states of endpoints and deployments. Causes are conditions, never states. */
export const provisioningStates = ["Creating", "Updating", "Deleting", "Succeeded", "Failed", "Canceled"] as const;
export type ProvisioningState = (typeof provisioningStates)[number];

export const isSettled = (state: ProvisioningState): boolean => state === "Succeeded" || state === "Failed" || state === "Canceled";
