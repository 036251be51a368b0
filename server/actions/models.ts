"use server";
import { defineAction } from "#server/api/define-action";
import { assetLabelSchema, createModelVersionSchema } from "#server/contract/asset";
import { idSchema, nameVersionSchema } from "#server/contract/params";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";
import { archiveModelVersion, createModelVersion, restoreModelVersion } from "#server/operations/models";

export const createModelVersionAction = defineAction(createModelVersionSchema, createModelVersion);
export const archiveModelVersionAction = defineAction(idSchema, archiveModelVersion);
export const restoreModelVersionAction = defineAction(nameVersionSchema, restoreModelVersion);
export const setAssetLabelAction = defineAction(assetLabelSchema, setAssetLabel);
export const removeAssetLabelAction = defineAction(assetLabelSchema, removeAssetLabel);
