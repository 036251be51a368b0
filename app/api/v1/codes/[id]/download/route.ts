import { defineDownloadRoute } from "#server/api/define-download-route";
import { downloadCodeSchema } from "#server/contract/params";
import { downloadCode } from "#server/operations/codes";

export const GET = defineDownloadRoute(downloadCodeSchema, downloadCode);
