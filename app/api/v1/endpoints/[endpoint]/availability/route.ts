import { defineRoute } from "#server/api/define-route";
import { endpointRefSchema } from "#server/contract/params";
import { isEndpointNameAvailable } from "#server/operations/endpoints";

export const GET = defineRoute(endpointRefSchema, isEndpointNameAvailable);
