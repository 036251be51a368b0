import { defineRoute } from "#server/api/define-route";
import { createEndpointSchema } from "#server/contract/endpoint";
import { emptySchema } from "#server/contract/params";
import { createEndpoint } from "#server/operations/create-endpoint";
import { listEndpoints } from "#server/operations/endpoints";

export const GET = defineRoute(emptySchema, listEndpoints);
export const POST = defineRoute(createEndpointSchema, createEndpoint, 201);
