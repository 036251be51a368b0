import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { cancelDoctorRun } from "#server/operations/doctor";

export const POST = defineRoute(idSchema, cancelDoctorRun);
