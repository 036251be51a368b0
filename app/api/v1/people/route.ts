import { defineRoute } from "#server/api/define-route";
import { createPersonSchema } from "#server/contract/access";
import { emptySchema } from "#server/contract/params";
import { createPerson, listPeople } from "#server/operations/access";

export const GET = defineRoute(emptySchema, listPeople);
export const POST = defineRoute(createPersonSchema, createPerson, 201);
