import { defineRoute } from "#server/api/define-route";
import { clientKeyRefSchema, updateClientKeySchema } from "#server/contract/client-key";
import { getClientKey, revokeClientKey, updateClientKey } from "#server/operations/client-keys";

export const GET = defineRoute(clientKeyRefSchema, getClientKey);
export const PATCH = defineRoute(updateClientKeySchema, updateClientKey);
export const DELETE = defineRoute(clientKeyRefSchema, revokeClientKey);
