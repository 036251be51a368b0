import { defineRoute } from "#server/api/define-route";
import { endpointRefSchema } from "#server/contract/params";
import { getEndpointToken } from "#server/operations/endpoint-token";

export const POST = defineRoute(endpointRefSchema, getEndpointToken);
