import { defineRoute } from "#server/api/define-route";
import { codeFileSchema } from "#server/contract/asset";
import { previewCodeFile } from "#server/operations/codes";

export const GET = defineRoute(codeFileSchema, previewCodeFile);
