import { defineRoute } from "#server/api/define-route";
import { assetLabelSchema, atPath } from "#server/contract/asset";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";

export const PUT = defineRoute(atPath("model", assetLabelSchema), setAssetLabel);
export const DELETE = defineRoute(atPath("model", assetLabelSchema), removeAssetLabel);
