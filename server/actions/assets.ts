"use server";
import { defineAction } from "#server/api/define-action";
import { assetLabelSchema, assetVersionSchema, updateAssetSchema } from "#server/contract/asset";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";
import { archiveAssetVersion, restoreAssetVersion, updateAssetVersion } from "#server/operations/asset-versions";

export const updateAssetVersionAction = defineAction(updateAssetSchema, updateAssetVersion);
export const archiveAssetVersionAction = defineAction(assetVersionSchema, archiveAssetVersion);
export const restoreAssetVersionAction = defineAction(assetVersionSchema, restoreAssetVersion);
export const setAssetLabelAction = defineAction(assetLabelSchema, setAssetLabel);
export const removeAssetLabelAction = defineAction(assetLabelSchema, removeAssetLabel);
