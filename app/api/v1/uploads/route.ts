import { defineRoute } from "#server/api/define-route";
import { startUploadSchema } from "#server/contract/asset";
import { startUpload } from "#server/operations/uploads";

export const POST = defineRoute(startUploadSchema, startUpload, 201);
