import { defineRoute } from "#server/api/define-route";
import { deleteDeploymentSchema, deploymentRefSchema, updateDeploymentSchema } from "#server/contract/deployment";
import { deleteDeployment, updateDeployment } from "#server/operations/change-deployment";
import { getDeployment } from "#server/operations/deployments";

export const GET = defineRoute(deploymentRefSchema, getDeployment);
export const PUT = defineRoute(updateDeploymentSchema, updateDeployment);
export const DELETE = defineRoute(deleteDeploymentSchema, deleteDeployment, 202);
