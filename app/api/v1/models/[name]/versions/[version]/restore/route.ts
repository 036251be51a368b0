import { defineRoute } from "#server/api/define-route";
import { nameVersionSchema } from "#server/contract/params";
import { restoreModelVersion } from "#server/operations/models";

export const POST = defineRoute(nameVersionSchema, restoreModelVersion);
