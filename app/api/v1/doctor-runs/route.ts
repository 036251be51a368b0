import { defineRoute } from "#server/api/define-route";
import { doctorRunListSchema, startDoctorRunSchema } from "#server/contract/doctor";
import { listDoctorRuns, startDoctorRun } from "#server/operations/doctor";

export const GET = defineRoute(doctorRunListSchema, listDoctorRuns);
export const POST = defineRoute(startDoctorRunSchema, startDoctorRun, 201);
