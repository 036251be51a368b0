import { defineRoute } from "#server/api/define-route";
import { atPath, compareAssetsSchema } from "#server/contract/asset";
import { compareAssetVersions } from "#server/operations/compare-versions";

export const GET = defineRoute(atPath("environment", compareAssetsSchema), compareAssetVersions);
