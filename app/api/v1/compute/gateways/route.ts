import { defineRoute } from "#server/api/define-route";
import { emptySchema } from "#server/contract/params";
import { listGateways } from "#server/operations/gateways";

export const GET = defineRoute(emptySchema, listGateways);
