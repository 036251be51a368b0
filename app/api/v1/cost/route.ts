import { defineRoute } from "#server/api/define-route";
import { costQuerySchema } from "#server/contract/monitoring";
import { getCost } from "#server/operations/telemetry";

export const GET = defineRoute(costQuerySchema, getCost);
