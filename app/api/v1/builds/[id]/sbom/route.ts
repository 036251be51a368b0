import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getBuildSbom } from "#server/operations/builds";

export const GET = defineRoute(idSchema, getBuildSbom);
