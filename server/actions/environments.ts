"use server";
import { defineAction } from "#server/api/define-action";
import { createEnvironmentVersionSchema } from "#server/contract/asset";
import { buildRefSchema, checkEnvironmentSchema, nameSchema } from "#server/contract/params";
import { retryBuild } from "#server/operations/builds";
import { archiveEnvironment, checkEnvironment, createEnvironmentVersion } from "#server/operations/environments";

export const createEnvironmentVersionAction = defineAction(createEnvironmentVersionSchema, createEnvironmentVersion);
export const archiveEnvironmentAction = defineAction(nameSchema, archiveEnvironment);
export const checkEnvironmentAction = defineAction(checkEnvironmentSchema, checkEnvironment);
export const retryBuildAction = defineAction(buildRefSchema, retryBuild);
