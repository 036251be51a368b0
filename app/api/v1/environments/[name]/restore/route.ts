import { defineRoute } from "#server/api/define-route";
import { assetSchema, atPath } from "#server/contract/asset";
import { restoreAsset } from "#server/operations/asset-versions";

export const POST = defineRoute(atPath("environment", assetSchema), restoreAsset);
