import { X509Certificate } from "node:crypto";
import type { EndpointDomainDto } from "#server/contract/endpoint-domain";
import { gatewayLiveMs } from "#server/domain/routing/liveness";
import type { OperationContext } from "./context";

/** The host names that a chain's first certificate carries, and who signed it: organisation and common name. Throws what is no certificate in PEM. */
export function describeCertificate(chain: string): Pick<EndpointDomainDto, "names" | "issuer"> {
  const { subjectAltName = "", issuer } = new X509Certificate(chain);
  const names = subjectAltName.split(", ").flatMap((part) => (part.startsWith("DNS:") ? [part.slice(4)] : []));
  const lines = issuer.split("\n");
  const parts = ["O=", "CN="].flatMap((field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length)));
  return { names, issuer: parts.join(", ") };
}

/** For a domain of the endpoint and the SHA-256 of its certificate: the live gateways, and whether what each runs serves the one with the other. */
export async function readInForce(
  { store, clock }: OperationContext,
  endpointId: string,
): Promise<(name: string, sha256: string) => EndpointDomainDto["gateways"]> {
  const gateways = await store.gateways.listLive(clock.now() - gatewayLiveMs);
  const served = await store.endpointDomains.listInRevisions(endpointId, [...new Set(gateways.map(({ appliedRevision }) => appliedRevision))]);
  return (name, sha256) =>
    gateways.map((gateway) => ({
      name: gateway.name,
      inForce: served.some((one) => one.revision === gateway.appliedRevision && one.name === name && one.sha256 === sha256),
    }));
}
