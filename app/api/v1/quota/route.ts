import { defineRoute } from "#server/api/define-route";
import { updateQuotaSchema } from "#server/contract/compute";
import { emptySchema } from "#server/contract/params";
import { getQuota, updateQuota } from "#server/operations/quota";

export const GET = defineRoute(emptySchema, getQuota);
export const PUT = defineRoute(updateQuotaSchema, updateQuota);
