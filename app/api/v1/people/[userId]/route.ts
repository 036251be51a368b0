import { defineRoute } from "#server/api/define-route";
import { updatePersonSchema } from "#server/contract/access";
import { updatePerson } from "#server/operations/access";

export const PATCH = defineRoute(updatePersonSchema, updatePerson);
