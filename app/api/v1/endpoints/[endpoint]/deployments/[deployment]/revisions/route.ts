import { defineRoute } from "#server/api/define-route";
import { deploymentRefSchema } from "#server/contract/deployment";
import { listDeploymentRevisions } from "#server/operations/deployments";

export const GET = defineRoute(deploymentRefSchema, listDeploymentRevisions);
