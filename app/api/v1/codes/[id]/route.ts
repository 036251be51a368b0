import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getCode } from "#server/operations/codes";

export const GET = defineRoute(idSchema, getCode);
