import { defineRoute } from "#server/api/define-route";
import { logQuerySchema } from "#server/contract/monitoring";
import { getLogs } from "#server/operations/logs";

export const GET = defineRoute(logQuerySchema, getLogs);
