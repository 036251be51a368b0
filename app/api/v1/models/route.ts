import { defineRoute } from "#server/api/define-route";
import { createModelVersionSchema } from "#server/contract/asset";
import { emptySchema } from "#server/contract/params";
import { createModelVersion, listModels } from "#server/operations/models";

export const GET = defineRoute(emptySchema, listModels);
export const POST = defineRoute(createModelVersionSchema, createModelVersion, 201);
