import { defineRoute } from "#server/api/define-route";
import { deleteEndpointSchema, updateEndpointSchema } from "#server/contract/endpoint";
import { endpointRefSchema } from "#server/contract/params";
import { deleteEndpoint } from "#server/operations/delete-endpoint";
import { getEndpoint } from "#server/operations/endpoints";
import { updateEndpoint } from "#server/operations/update-endpoint";

export const GET = defineRoute(endpointRefSchema, getEndpoint);
export const PATCH = defineRoute(updateEndpointSchema, updateEndpoint);
export const DELETE = defineRoute(deleteEndpointSchema, deleteEndpoint, 202);
