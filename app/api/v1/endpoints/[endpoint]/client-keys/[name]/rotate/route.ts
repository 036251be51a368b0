import { defineRoute } from "#server/api/define-route";
import { rotateClientKeySchema } from "#server/contract/client-key";
import { rotateClientKey } from "#server/operations/client-keys";

export const POST = defineRoute(rotateClientKeySchema, rotateClientKey);
