import { defineRoute } from "#server/api/define-route";
import { modelVersionsSchema } from "#server/contract/params";
import { listModelVersions } from "#server/operations/models";

export const GET = defineRoute(modelVersionsSchema, listModelVersions);
