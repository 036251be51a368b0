import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { getEnvironmentOptions } from "#server/operations/environment-checks";

export const GET = defineRoute(emptySchema, getEnvironmentOptions);
