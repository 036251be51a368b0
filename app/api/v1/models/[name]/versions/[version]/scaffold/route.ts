import { defineRoute } from "#server/api/define-route";
import { scaffoldQuerySchema } from "#server/contract/scaffold";
import { scaffoldModel } from "#server/operations/scaffold";

export const GET = defineRoute(scaffoldQuerySchema, scaffoldModel);
