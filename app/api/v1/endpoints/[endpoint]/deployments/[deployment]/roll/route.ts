import { defineRoute } from "#server/api/define-route";
import { deploymentRefSchema } from "#server/contract/deployment";
import { rollDeployment } from "#server/operations/roll-deployment";

export const POST = defineRoute(deploymentRefSchema, rollDeployment);
