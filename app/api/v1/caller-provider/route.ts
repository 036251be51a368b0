import { defineRoute } from "#server/api/define-route";
import { callerProviderInputSchema } from "#server/contract/caller-provider";
import { emptySchema } from "#server/contract/params";
import { getCallerProvider, updateCallerProvider } from "#server/operations/caller-provider";

export const GET = defineRoute(emptySchema, getCallerProvider);
export const PUT = defineRoute(callerProviderInputSchema, updateCallerProvider);
