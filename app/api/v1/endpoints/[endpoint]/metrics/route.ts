import { defineRoute } from "#server/api/define-route";
import { metricQuerySchema } from "#server/contract/monitoring";
import { getMetrics } from "#server/operations/telemetry";

export const GET = defineRoute(metricQuerySchema, getMetrics);
