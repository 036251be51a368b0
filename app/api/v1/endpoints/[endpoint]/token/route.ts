import { defineRoute } from "#server/api/define-route";
import { requestEndpointTokenSchema } from "#server/contract/endpoint";
import { getEndpointToken } from "#server/operations/endpoint-token";

export const POST = defineRoute(requestEndpointTokenSchema, getEndpointToken);
