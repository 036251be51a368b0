"use server";
import { defineAction } from "#server/api/define-action";
import { createEnvironmentVersionSchema, updateEnvironmentSchema } from "#server/contract/asset";
import { buildRefSchema, emptySchema } from "#server/contract/params";
import { requestBaseRefresh } from "#server/operations/base-refreshes";
import { cancelBuild, retryBuild } from "#server/operations/builds";
import { createEnvironmentVersion, updateEnvironment } from "#server/operations/environments";

export const createEnvironmentVersionAction = defineAction(createEnvironmentVersionSchema, createEnvironmentVersion);
export const updateEnvironmentAction = defineAction(updateEnvironmentSchema, updateEnvironment);
export const requestBaseRefreshAction = defineAction(emptySchema, requestBaseRefresh);
export const cancelBuildAction = defineAction(buildRefSchema, cancelBuild);
export const retryBuildAction = defineAction(buildRefSchema, retryBuild);
