import { defineRoute } from "#server/api/define-route";
import { idSchema } from "#server/contract/params";
import { getBuild } from "#server/operations/builds";

export const GET = defineRoute(idSchema, getBuild);
