import { defineRoute } from "#server/api/define-route";
import { nameSchema } from "#server/contract/params";
import { restoreEnvironment } from "#server/operations/environments";

export const POST = defineRoute(nameSchema, restoreEnvironment);
