import { defineRoute } from "#server/api/define-route";
import { createClientKeySchema } from "#server/contract/client-key";
import { endpointRefSchema } from "#server/contract/params";
import { createClientKey, listClientKeys } from "#server/operations/client-keys";

export const GET = defineRoute(endpointRefSchema, listClientKeys);
export const POST = defineRoute(createClientKeySchema, createClientKey, 201);
