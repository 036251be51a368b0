import { defineDownloadRoute } from "#server/api/define-download-route";
import { downloadVersionSchema } from "#server/contract/params";
import { downloadEnvironment } from "#server/operations/environment-files";

export const GET = defineDownloadRoute(downloadVersionSchema, downloadEnvironment);
