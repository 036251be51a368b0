import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { retryBuild } from "#server/operations/builds";

export const POST = defineRoute(idSchema, (context, { id }) => retryBuild(context, { buildId: id }));
