import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { getMe } from "#server/operations/access";

export const GET = defineRoute(emptySchema, getMe);
