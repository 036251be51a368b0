import { defineRoute } from "#server/api/define-route";
import { regenerateKeySchema } from "#server/contract/endpoint";
import { regenerateKey } from "#server/operations/endpoint-keys";

export const POST = defineRoute(regenerateKeySchema, regenerateKey);
