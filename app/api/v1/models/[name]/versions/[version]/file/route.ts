import { defineDownloadRoute } from "#server/api/define-download-route";
import { modelFileSchema } from "#server/contract/asset";
import { downloadModelFile } from "#server/operations/model-files";

export const GET = defineDownloadRoute(modelFileSchema, downloadModelFile);
