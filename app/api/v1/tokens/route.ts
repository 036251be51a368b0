import { defineRoute } from "#server/api/define-route";
import { createTokenSchema } from "#server/contract/access";
import { emptySchema } from "#server/contract/params";
import { createToken, listTokens } from "#server/operations/access";

export const GET = defineRoute(emptySchema, listTokens);
export const POST = defineRoute(createTokenSchema, createToken, 201);
