import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { cancelBuild } from "#server/operations/builds";

export const POST = defineRoute(idSchema, (context, { id }) => cancelBuild(context, { buildId: id }));
