import { defineRoute } from "#server/api/define-route";
import { atPath } from "#server/contract/asset";
import { assetVersionsSchema } from "#server/contract/params";
import { listCodeVersions } from "#server/operations/codes";

export const GET = defineRoute(atPath("code", assetVersionsSchema), listCodeVersions);
