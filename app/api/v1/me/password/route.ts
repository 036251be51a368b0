import { defineRoute } from "#server/api/define-route";
import { changePasswordSchema } from "#server/contract/access";
import { changePassword } from "#server/operations/access";

export const POST = defineRoute(changePasswordSchema, changePassword);
