import { defineRoute } from "#server/api/define-route";
import { requestRefSchema } from "#server/contract/params";
import { getRequest } from "#server/operations/telemetry";

export const GET = defineRoute(requestRefSchema, getRequest);
