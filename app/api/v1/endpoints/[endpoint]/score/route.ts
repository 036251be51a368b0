import { defineRoute } from "#server/api/define-route";
import { testScoreSchema } from "#server/contract/scoring";
import { testScore } from "#server/operations/test-score";

export const POST = defineRoute(testScoreSchema, testScore);
