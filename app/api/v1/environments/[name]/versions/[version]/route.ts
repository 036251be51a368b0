import { defineRoute } from "#server/api/define-route";
import { nameVersionSchema } from "#server/contract/params";
import { getEnvironmentVersion } from "#server/operations/environments";

export const GET = defineRoute(nameVersionSchema, getEnvironmentVersion);
