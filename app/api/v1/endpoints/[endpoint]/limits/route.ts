import { defineRoute } from "#server/api/define-route";
import { updateLimitsSchema } from "#server/contract/limits";
import { endpointRefSchema } from "#server/contract/params";
import { getLimits, updateLimits } from "#server/operations/limits";

export const GET = defineRoute(endpointRefSchema, getLimits);
export const PUT = defineRoute(updateLimitsSchema, updateLimits);
