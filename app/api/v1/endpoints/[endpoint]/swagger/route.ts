import { defineRoute } from "#server/api/define-route";
import { swaggerQuerySchema } from "#server/contract/scoring";
import { getSwagger } from "#server/operations/test-score";

export const GET = defineRoute(swaggerQuerySchema, getSwagger);
