import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { listInstanceTypes } from "#server/operations/compute";

export const GET = defineRoute(emptySchema, listInstanceTypes);
