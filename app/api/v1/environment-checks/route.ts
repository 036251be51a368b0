import { defineRoute } from "#server/api/define-route";
import { checkEnvironmentSchema } from "#server/contract/params";
import { checkEnvironment } from "#server/operations/environment-checks";

export const POST = defineRoute(checkEnvironmentSchema, checkEnvironment);
