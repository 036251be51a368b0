import { defineRoute } from "#server/api/define-route";
import { nameVersionSchema } from "#server/contract/params";
import { archiveModelVersionByName, getModelVersion } from "#server/operations/models";

export const GET = defineRoute(nameVersionSchema, getModelVersion);
export const DELETE = defineRoute(nameVersionSchema, archiveModelVersionByName);
