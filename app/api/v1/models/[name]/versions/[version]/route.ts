import { defineRoute } from "#server/api/define-route";
import { assetVersionSchema, atPath, updateAssetSchema } from "#server/contract/asset";
import { archiveAssetVersion, getAssetVersion, updateAssetVersion } from "#server/operations/asset-versions";

export const GET = defineRoute(atPath("model", assetVersionSchema), getAssetVersion);
export const PATCH = defineRoute(atPath("model", updateAssetSchema), updateAssetVersion);
export const DELETE = defineRoute(atPath("model", assetVersionSchema), archiveAssetVersion);
