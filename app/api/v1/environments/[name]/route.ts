import { defineRoute } from "#server/api/define-route";
import { updateEnvironmentSchema } from "#server/contract/asset";
import { nameSchema } from "#server/contract/params";
import { archiveEnvironment, listEnvironmentVersions, updateEnvironment } from "#server/operations/environments";

export const GET = defineRoute(nameSchema, listEnvironmentVersions);
export const PATCH = defineRoute(updateEnvironmentSchema, updateEnvironment);
export const DELETE = defineRoute(nameSchema, archiveEnvironment);
