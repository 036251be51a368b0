import { defineRoute } from "#server/api/define-route";
import { logOfSchema } from "#server/contract/params";
import { getBuildLog } from "#server/operations/builds";

export const GET = defineRoute(logOfSchema, getBuildLog);
