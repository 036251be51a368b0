import { defineRoute } from "#server/api/define-route";
import { nameSchema } from "#server/contract/params";
import { archiveEnvironment, listEnvironmentVersions } from "#server/operations/environments";

export const GET = defineRoute(nameSchema, listEnvironmentVersions);
export const DELETE = defineRoute(nameSchema, archiveEnvironment);
