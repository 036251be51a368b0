import { defineRoute } from "#server/api/define-route";
import { codeLabelSchema } from "#server/contract/asset";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";

export const PUT = defineRoute(codeLabelSchema, (context, { id: name, ...input }) => setAssetLabel(context, { ...input, name, kind: "code" }));
export const DELETE = defineRoute(codeLabelSchema, (context, { id: name, ...input }) => removeAssetLabel(context, { ...input, name, kind: "code" }));
