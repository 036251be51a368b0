import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { closeTrial, openTrial } from "#server/operations/doctor";

export const POST = defineRoute(idSchema, openTrial);
export const DELETE = defineRoute(idSchema, closeTrial);
