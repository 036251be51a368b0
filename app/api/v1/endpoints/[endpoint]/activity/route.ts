import { defineRoute } from "#server/api/define-route";
import { activityQuerySchema } from "#server/contract/params";
import { listActivity } from "#server/operations/activity";

export const GET = defineRoute(activityQuerySchema, listActivity);
