import { defineRoute } from "#server/api/define-route";
import { logQuerySchema } from "#server/contract/monitoring";
import { getLogs } from "#server/operations/telemetry";

export const GET = defineRoute(logQuerySchema, getLogs);
