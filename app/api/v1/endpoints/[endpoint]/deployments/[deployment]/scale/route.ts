import { defineRoute } from "#server/api/define-route";
import { scaleDeploymentSchema } from "#server/contract/deployment";
import { scaleDeployment } from "#server/operations/change-deployment";

export const POST = defineRoute(scaleDeploymentSchema, scaleDeployment);
