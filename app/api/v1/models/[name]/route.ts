import { defineRoute } from "#server/api/define-route";
import { assetVersionsSchema } from "#server/contract/params";
import { listModelVersions } from "#server/operations/models";

export const GET = defineRoute(assetVersionsSchema, listModelVersions);
