import { defineRoute } from "#server/api/define-route";
import { buildLogSchema } from "#server/contract/params";
import { getBuildLog } from "#server/operations/builds";

export const GET = defineRoute(buildLogSchema, getBuildLog);
