import { defineRoute } from "#server/api/define-route";
import { updateRoutingSchema } from "#server/contract/routing-options";
import { updateRouting } from "#server/operations/update-routing";

export const PUT = defineRoute(updateRoutingSchema, updateRouting);
