"use server";
import { defineAction } from "#server/api/define-action";
import { createCodeSchema } from "#server/contract/asset";
import { createCode } from "#server/operations/codes";

export const createCodeAction = defineAction(createCodeSchema, createCode);
