import { defineRoute } from "#server/api/define-route";
import { modelFileSchema } from "#server/contract/asset";
import { previewModelFile } from "#server/operations/model-files";

export const GET = defineRoute(modelFileSchema, previewModelFile);
