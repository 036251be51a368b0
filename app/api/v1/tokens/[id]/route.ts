import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { revokeToken } from "#server/operations/access";

export const DELETE = defineRoute(idSchema, revokeToken);
