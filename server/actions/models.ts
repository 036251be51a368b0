"use server";
import { defineAction } from "#server/api/define-action";
import { createModelVersionSchema } from "#server/contract/asset";
import { idSchema } from "#server/contract/params";
import { archiveModelVersion, createModelVersion } from "#server/operations/models";

export const createModelVersionAction = defineAction(createModelVersionSchema, createModelVersion);
export const archiveModelVersionAction = defineAction(idSchema, archiveModelVersion);
