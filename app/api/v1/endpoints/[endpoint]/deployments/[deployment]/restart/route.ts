import { defineRoute } from "#server/api/define-route";
import { deploymentRefSchema } from "#server/contract/deployment";
import { restartDeployment } from "#server/operations/change-deployment";

export const POST = defineRoute(deploymentRefSchema, restartDeployment);
