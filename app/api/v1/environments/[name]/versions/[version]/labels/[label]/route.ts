import { defineRoute } from "#server/api/define-route";
import { versionLabelSchema } from "#server/contract/asset";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";

export const PUT = defineRoute(versionLabelSchema, (context, input) => setAssetLabel(context, { ...input, kind: "environment" }));
export const DELETE = defineRoute(versionLabelSchema, (context, input) => removeAssetLabel(context, { ...input, kind: "environment" }));
