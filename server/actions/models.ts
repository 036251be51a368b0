"use server";
import { defineAction } from "#server/api/define-action";
import { createModelVersionSchema } from "#server/contract/asset";
import { startImportSchema } from "#server/contract/import";
import { idSchema } from "#server/contract/params";
import { cancelModelImport, startModelImport } from "#server/operations/imports";
import { createModelVersion } from "#server/operations/models";

export const createModelVersionAction = defineAction(createModelVersionSchema, createModelVersion);
export const startModelImportAction = defineAction(startImportSchema, startModelImport);
export const cancelModelImportAction = defineAction(idSchema, cancelModelImport);
