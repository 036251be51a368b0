import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getOperation } from "#server/operations/get-operation";

export const GET = defineRoute(idSchema, getOperation);
