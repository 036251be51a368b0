"use server";
import { defineAction } from "#server/api/define-action";
import { createEnvironmentVersionSchema } from "#server/contract/asset";
import { buildRefSchema } from "#server/contract/params";
import { cancelBuild, retryBuild } from "#server/operations/builds";
import { createEnvironmentVersion } from "#server/operations/environments";

export const createEnvironmentVersionAction = defineAction(createEnvironmentVersionSchema, createEnvironmentVersion);
export const cancelBuildAction = defineAction(buildRefSchema, cancelBuild);
export const retryBuildAction = defineAction(buildRefSchema, retryBuild);
