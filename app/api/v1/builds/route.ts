import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { listBuilds } from "#server/operations/builds";

export const GET = defineRoute(emptySchema, listBuilds);
