import { defineRoute } from "#server/api/define-route";
import { createEnvironmentVersionSchema } from "#server/contract/asset";
import { emptySchema } from "#server/contract/params";
import { createEnvironmentVersion, listEnvironments } from "#server/operations/environments";

export const GET = defineRoute(emptySchema, listEnvironments);
export const POST = defineRoute(createEnvironmentVersionSchema, createEnvironmentVersion, 201);
