import { defineDownloadRoute } from "#server/api/define-download-route";
import { downloadVersionSchema } from "#server/contract/params";
import { downloadModel } from "#server/operations/model-files";

export const GET = defineDownloadRoute(downloadVersionSchema, downloadModel);
