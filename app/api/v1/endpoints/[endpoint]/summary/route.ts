import { defineRoute } from "#server/api/define-route";
import { endpointRefSchema } from "#server/contract/params";
import { getEndpointSummary } from "#server/operations/telemetry";

export const GET = defineRoute(endpointRefSchema, getEndpointSummary);
