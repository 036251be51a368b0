"use server";
import { defineAction } from "#server/api/define-action";
import {
  createDeploymentSchema,
  deleteDeploymentSchema,
  deploymentRefSchema,
  scaleDeploymentSchema,
  updateDeploymentSchema,
} from "#server/contract/deployment";
import { createDeployment, deleteDeployment, restartDeployment, scaleDeployment, updateDeployment } from "#server/operations/change-deployment";
import { rollDeployment } from "#server/operations/roll-deployment";

export const createDeploymentAction = defineAction(createDeploymentSchema, createDeployment);
export const updateDeploymentAction = defineAction(updateDeploymentSchema, updateDeployment);
export const scaleDeploymentAction = defineAction(scaleDeploymentSchema, scaleDeployment);
export const restartDeploymentAction = defineAction(deploymentRefSchema, restartDeployment);
export const rollDeploymentAction = defineAction(deploymentRefSchema, rollDeployment);
export const deleteDeploymentAction = defineAction(deleteDeploymentSchema, deleteDeployment);
