"use server";
import { defineAction } from "#server/api/define-action";
import { assetLabelSchema, createModelVersionSchema } from "#server/contract/asset";
import { startImportSchema } from "#server/contract/import";
import { idSchema, nameVersionSchema } from "#server/contract/params";
import { removeAssetLabel, setAssetLabel } from "#server/operations/asset-labels";
import { cancelModelImport, startModelImport } from "#server/operations/imports";
import { archiveModelVersion, createModelVersion, restoreModelVersion } from "#server/operations/models";

export const createModelVersionAction = defineAction(createModelVersionSchema, createModelVersion);
export const archiveModelVersionAction = defineAction(idSchema, archiveModelVersion);
export const restoreModelVersionAction = defineAction(nameVersionSchema, restoreModelVersion);
export const setAssetLabelAction = defineAction(assetLabelSchema, setAssetLabel);
export const removeAssetLabelAction = defineAction(assetLabelSchema, removeAssetLabel);
export const startModelImportAction = defineAction(startImportSchema, startModelImport);
export const cancelModelImportAction = defineAction(idSchema, cancelModelImport);
