import { z } from "zod";
import { personSchema, timestampSchema } from "./common";

/** Far above what a gateway takes, so that who sends a whole file is told what is wrong with it. */
const pem = z.string().min(1).max(65_536);
const pair = { certificate: pem, privateKey: pem };

export const endpointDomainRefSchema = z.object({ endpoint: z.string(), name: z.string().min(1).max(300) });
export const addDomainSchema = endpointDomainRefSchema.extend(pair);
export const replaceDomainCertificateSchema = endpointDomainRefSchema.extend(pair);

/** The private key is in no answer. */
export const endpointDomainDtoSchema = z.object({
  name: z.string(),
  /** When the certificate begins and ends. */
  validFrom: timestampSchema,
  expiresAt: timestampSchema,
  /** Lower-case hex SHA-256 of the chain as gateways have it. */
  sha256: z.string(),
  /** Host names that the certificate carries; a wildcard as `*.example.com`. */
  names: z.array(z.string()),
  /** Who signed it: organisation and common name. */
  issuer: z.string(),
  /** Gateways heard of in the last seconds, and whether each serves the domain with this certificate. */
  gateways: z.array(z.object({ name: z.string(), inForce: z.boolean() })),
  createdBy: personSchema,
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type EndpointDomainDto = z.infer<typeof endpointDomainDtoSchema>;
