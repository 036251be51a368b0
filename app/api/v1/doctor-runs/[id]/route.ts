import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getDoctorRun } from "#server/operations/doctor";

export const GET = defineRoute(idSchema, getDoctorRun);
