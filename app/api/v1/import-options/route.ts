import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { getImportOptions } from "#server/operations/imports";

export const GET = defineRoute(emptySchema, getImportOptions);
