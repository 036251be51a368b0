"use server";
import { defineAction } from "#server/api/define-action";
import { updateInstanceTypeSchema, updateQuotaSchema } from "#server/contract/compute";
import { updateInstanceType } from "#server/operations/compute";
import { updateQuota } from "#server/operations/quota";

export const updateQuotaAction = defineAction(updateQuotaSchema, updateQuota);
export const updateInstanceTypeAction = defineAction(updateInstanceTypeSchema, updateInstanceType);
