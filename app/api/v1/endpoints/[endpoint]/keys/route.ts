import { defineRoute } from "#server/api/define-route";
import { endpointRefSchema } from "#server/contract/params";
import { getEndpointKeys } from "#server/operations/endpoint-keys";

export const GET = defineRoute(endpointRefSchema, getEndpointKeys);
