import { defineRoute } from "#server/api/define-route";
import { endpointDomainRefSchema, replaceDomainCertificateSchema } from "#server/contract/endpoint-domain";
import { removeDomain, replaceDomainCertificate } from "#server/operations/endpoint-domains";

export const PUT = defineRoute(replaceDomainCertificateSchema, replaceDomainCertificate);
export const DELETE = defineRoute(endpointDomainRefSchema, removeDomain);
