import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { cancelModelImport } from "#server/operations/imports";

export const POST = defineRoute(idSchema, cancelModelImport);
