import { defineRoute } from "#server/api/define-route";
import { requestsQuerySchema } from "#server/contract/params";
import { listRequests } from "#server/operations/telemetry";

export const GET = defineRoute(requestsQuerySchema, listRequests);
