import { defineRoute } from "#server/api/define-route";
import { createDeploymentSchema } from "#server/contract/deployment";
import { endpointRefSchema } from "#server/contract/params";
import { createDeployment } from "#server/operations/change-deployment";
import { listDeployments } from "#server/operations/deployments";

export const GET = defineRoute(endpointRefSchema, listDeployments);
export const POST = defineRoute(createDeploymentSchema, createDeployment, 201);
