import { defineRoute } from "#server/api/define-route";
import { createConnectionSchema } from "#server/contract/connection";
import { emptySchema } from "#server/contract/params";
import { createConnection, listConnections } from "#server/operations/connections";

export const GET = defineRoute(emptySchema, listConnections);
export const POST = defineRoute(createConnectionSchema, createConnection, 201);
