import { defineRoute } from "#server/api/define-route";
import { deploymentRefSchema } from "#server/contract/deployment";
import { listSamples } from "#server/operations/doctor-sample";

export const GET = defineRoute(deploymentRefSchema, listSamples);
