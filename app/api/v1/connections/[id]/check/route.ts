import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { checkConnection } from "#server/operations/connections";

export const POST = defineRoute(idSchema, checkConnection);
