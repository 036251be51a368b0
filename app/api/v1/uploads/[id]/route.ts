import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { abortUpload, getUpload } from "#server/operations/uploads";

export const GET = defineRoute(idSchema, getUpload);
export const DELETE = defineRoute(idSchema, abortUpload);
