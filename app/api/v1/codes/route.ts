import { defineRoute } from "#server/api/define-route";
import { createCodeSchema } from "#server/contract/asset";
import { assetListSchema } from "#server/contract/params";
import { createCode, listCodes } from "#server/operations/codes";

export const GET = defineRoute(assetListSchema, listCodes);
export const POST = defineRoute(createCodeSchema, createCode, 201);
