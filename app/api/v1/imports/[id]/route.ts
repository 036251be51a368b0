import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getModelImport } from "#server/operations/imports";

export const GET = defineRoute(idSchema, getModelImport);
