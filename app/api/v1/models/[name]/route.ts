import { defineRoute } from "#server/api/define-route";
import { nameSchema } from "#server/contract/params";
import { listModelVersions } from "#server/operations/models";

export const GET = defineRoute(nameSchema, listModelVersions);
