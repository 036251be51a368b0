import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { listBaseRefreshes, requestBaseRefresh } from "#server/operations/base-refreshes";

export const GET = defineRoute(emptySchema, listBaseRefreshes);
export const POST = defineRoute(emptySchema, requestBaseRefresh, 202);
