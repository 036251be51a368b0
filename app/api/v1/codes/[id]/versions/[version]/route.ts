import { defineRoute } from "#server/api/define-route";
import { assetVersionSchema, atPath, updateAssetSchema } from "#server/contract/asset";
import { archiveAssetVersion, getAssetVersion, updateAssetVersion } from "#server/operations/asset-versions";

export const GET = defineRoute(atPath("code", assetVersionSchema), getAssetVersion);
export const PATCH = defineRoute(atPath("code", updateAssetSchema), updateAssetVersion);
export const DELETE = defineRoute(atPath("code", assetVersionSchema), archiveAssetVersion);
