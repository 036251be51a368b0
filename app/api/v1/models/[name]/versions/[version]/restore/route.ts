import { defineRoute } from "#server/api/define-route";
import { assetVersionSchema, atPath } from "#server/contract/asset";
import { restoreAssetVersion } from "#server/operations/asset-versions";

export const POST = defineRoute(atPath("model", assetVersionSchema), restoreAssetVersion);
