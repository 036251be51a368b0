import { defineRoute } from "#server/api/define-route";
import { createCodeSchema } from "#server/contract/asset";
import { emptySchema } from "#server/contract/params";
import { createCode, listCodes } from "#server/operations/codes";

export const GET = defineRoute(emptySchema, listCodes);
export const POST = defineRoute(createCodeSchema, createCode, 201);
