import { defineRoute } from "#server/api/define-route";
import { updateTrafficSchema } from "#server/contract/endpoint";
import { trafficHistorySchema } from "#server/contract/params";
import { listTrafficChanges, updateTraffic } from "#server/operations/update-traffic";

export const GET = defineRoute(trafficHistorySchema, listTrafficChanges);
export const PUT = defineRoute(updateTrafficSchema, updateTraffic);
