import { defineRoute } from "#server/api/define-route";
import { assetSchema, atPath, updateEnvironmentSchema } from "#server/contract/asset";
import { assetVersionsSchema } from "#server/contract/params";
import { archiveAsset } from "#server/operations/asset-versions";
import { listEnvironmentVersions, updateEnvironment } from "#server/operations/environments";

export const GET = defineRoute(assetVersionsSchema, listEnvironmentVersions);
export const PATCH = defineRoute(updateEnvironmentSchema, updateEnvironment);
export const DELETE = defineRoute(atPath("environment", assetSchema), archiveAsset);
