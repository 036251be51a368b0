import { defineRoute } from "#server/api/define-route";
import { logOfSchema } from "#server/contract/params";
import { getDoctorRunLog } from "#server/operations/doctor-logs";

export const GET = defineRoute(logOfSchema, getDoctorRunLog);
