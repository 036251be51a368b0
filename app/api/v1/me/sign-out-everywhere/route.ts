import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { signOutEverywhere } from "#server/operations/access";

export const POST = defineRoute(emptySchema, signOutEverywhere);
