import { defineRoute } from "#server/api/define-route";
import { tryScoreSchema } from "#server/contract/doctor";
import { tryScore } from "#server/operations/doctor";

export const POST = defineRoute(tryScoreSchema, tryScore);
