import { defineRoute } from "#server/api/define-route";
import { addDomainSchema } from "#server/contract/endpoint-domain";
import { endpointRefSchema } from "#server/contract/params";
import { addDomain, listDomains } from "#server/operations/endpoint-domains";

export const GET = defineRoute(endpointRefSchema, listDomains);
export const POST = defineRoute(addDomainSchema, addDomain, 201);
