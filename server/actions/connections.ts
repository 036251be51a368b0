"use server";
import { defineAction } from "#server/api/define-action";
import { createConnectionSchema, updateConnectionSchema } from "#server/contract/connection";
import { idSchema } from "#server/contract/params";
import { checkConnection, createConnection, deleteConnection, updateConnection } from "#server/operations/connections";

export const createConnectionAction = defineAction(createConnectionSchema, createConnection);
export const updateConnectionAction = defineAction(updateConnectionSchema, updateConnection);
export const checkConnectionAction = defineAction(idSchema, checkConnection);
export const deleteConnectionAction = defineAction(idSchema, deleteConnection);
