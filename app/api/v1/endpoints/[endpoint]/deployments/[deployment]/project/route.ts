import { defineDownloadRoute } from "#server/api/define-download-route";
import { projectSchema } from "#server/contract/params";
import { downloadProject } from "#server/operations/project";

export const GET = defineDownloadRoute(projectSchema, downloadProject);
