"use server";
import { defineAction } from "#server/api/define-action";
import { testScoreSchema } from "#server/contract/scoring";
import { testScore } from "#server/operations/test-score";

export const testScoreAction = defineAction(testScoreSchema, testScore);
