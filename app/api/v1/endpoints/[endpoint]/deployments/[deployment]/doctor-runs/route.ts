import { defineRoute } from "#server/api/define-route";
import { examineDeploymentSchema } from "#server/contract/doctor";
import { examineDeployment } from "#server/operations/doctor";

export const POST = defineRoute(examineDeploymentSchema, examineDeployment, 201);
