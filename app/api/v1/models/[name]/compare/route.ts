import { defineRoute } from "#server/api/define-route";
import { compareVersionsSchema } from "#server/contract/params";
import { compareModelVersions } from "#server/operations/models";

export const GET = defineRoute(compareVersionsSchema, compareModelVersions);
