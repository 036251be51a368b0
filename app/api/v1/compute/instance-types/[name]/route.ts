import { defineRoute } from "#server/api/define-route";
import { updateInstanceTypeSchema } from "#server/contract/compute";
import { updateInstanceType } from "#server/operations/compute";

export const PATCH = defineRoute(updateInstanceTypeSchema, updateInstanceType);
