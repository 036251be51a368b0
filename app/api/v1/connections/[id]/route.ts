import { defineRoute } from "#server/api/define-route";
import { updateConnectionSchema } from "#server/contract/connection";
import { idSchema } from "#server/contract/params";
import { deleteConnection, getConnection, updateConnection } from "#server/operations/connections";

export const GET = defineRoute(idSchema, getConnection);
export const PATCH = defineRoute(updateConnectionSchema, updateConnection);
export const DELETE = defineRoute(idSchema, deleteConnection);
