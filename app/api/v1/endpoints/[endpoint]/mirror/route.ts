import { defineRoute } from "#server/api/define-route";
import { updateMirrorSchema } from "#server/contract/endpoint";
import { mirrorReportQuerySchema } from "#server/contract/mirror";
import { getMirrorReport } from "#server/operations/telemetry";
import { updateMirror } from "#server/operations/update-mirror";

export const GET = defineRoute(mirrorReportQuerySchema, getMirrorReport);
export const PUT = defineRoute(updateMirrorSchema, updateMirror);
