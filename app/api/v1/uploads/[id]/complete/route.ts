import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { completeUpload } from "#server/operations/uploads";

export const POST = defineRoute(idSchema, completeUpload);
