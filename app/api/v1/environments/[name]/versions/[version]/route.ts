import { defineRoute } from "#server/api/define-route";
import { assetVersionSchema, atPath, updateAssetSchema } from "#server/contract/asset";
import { archiveAssetVersion, getAssetVersion, updateAssetVersion } from "#server/operations/asset-versions";

export const GET = defineRoute(atPath("environment", assetVersionSchema), getAssetVersion);
export const PATCH = defineRoute(atPath("environment", updateAssetSchema), updateAssetVersion);
export const DELETE = defineRoute(atPath("environment", assetVersionSchema), archiveAssetVersion);
