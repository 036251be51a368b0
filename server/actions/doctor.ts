"use server";
import { defineAction } from "#server/api/define-action";
import { examineDeploymentSchema, startDoctorRunSchema, tryScoreSchema } from "#server/contract/doctor";
import { idSchema } from "#server/contract/params";
import { cancelDoctorRun, closeTrial, examineDeployment, openTrial, startDoctorRun, tryScore } from "#server/operations/doctor";

export const startDoctorRunAction = defineAction(startDoctorRunSchema, startDoctorRun);
export const examineDeploymentAction = defineAction(examineDeploymentSchema, examineDeployment);
export const cancelDoctorRunAction = defineAction(idSchema, cancelDoctorRun);
export const openTrialAction = defineAction(idSchema, openTrial);
export const closeTrialAction = defineAction(idSchema, closeTrial);
export const tryScoreAction = defineAction(tryScoreSchema, tryScore);
