import { defineRoute } from "#server/api/define-route";
import { startImportSchema } from "#server/contract/import";
import { emptySchema } from "#server/contract/params";
import { listModelImports, startModelImport } from "#server/operations/imports";

export const GET = defineRoute(emptySchema, listModelImports);
export const POST = defineRoute(startImportSchema, startModelImport, 201);
