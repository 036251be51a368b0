import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { addDomainSchema, EndpointDomainDto, endpointDomainRefSchema, replaceDomainCertificateSchema } from "#server/contract/endpoint-domain";
import { judgeDomainName, mostDomains } from "#server/domain/endpoint/domain-name";
import { conflict, notFound, SluiceError } from "#server/domain/errors";
import type { EndpointDomainRow } from "#server/store/endpoint-domains";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";
import { readDomainCertificate } from "./domain-certificate";
import { describeCertificate, readInForce } from "./domains-in-force";
import { findEndpoint, lockEndpoint } from "./find";
import { namesOf, wholePage } from "./usage";
import { recordWish } from "./wish";

async function toDtos(context: OperationContext, endpoint: EndpointRow, rows: readonly EndpointDomainRow[]): Promise<EndpointDomainDto[]> {
  const gatewaysOf = await readInForce(context, endpoint.id);
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  return rows.map(({ name, chain, notBefore, notAfter, sha256, createdBy, createdAt, updatedAt }) => ({
    name,
    validFrom: notBefore,
    expiresAt: notAfter,
    sha256,
    ...describeCertificate(chain),
    gateways: gatewaysOf(name, sha256),
    createdBy: { id: createdBy, name: nameOf(createdBy) },
    createdAt,
    updatedAt,
  }));
}

/** The endpoint's own domains by name, with when their certificates end. */
export async function listDomains(context: OperationContext, input: { readonly endpoint: string }): Promise<Page<EndpointDomainDto>> {
  requireVerb(context.actor, "endpoint.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  return wholePage(await toDtos(context, endpoint, await context.store.endpointDomains.listByEndpoint(endpoint.id)));
}

async function findDomain(session: StoreSession, endpoint: EndpointRow, name: string): Promise<EndpointDomainRow> {
  const row = await session.endpointDomains.findByName(name.toLowerCase());
  if (row?.endpointId !== endpoint.id) throw notFound("domain.not_found", `${endpoint.name} has no domain ${name.slice(0, 253)}.`);
  return row;
}

async function readDomain(context: OperationContext, endpoint: EndpointRow, name: string): Promise<EndpointDomainDto> {
  const [dto] = await toDtos(context, endpoint, [await findDomain(context.store, endpoint, name)]);
  if (dto === undefined) throw new Error("unreachable: one row makes one DTO");
  return dto;
}

/** Audit, hint and operation of one change; the audit says when the certificate ends, and never its key. */
function record(context: OperationContext, session: StoreSession, endpoint: EndpointRow, after: Readonly<Record<string, unknown>>): Promise<void> {
  const target = { targetType: "endpoint", targetId: endpoint.id, targetName: endpoint.name, endpointId: endpoint.id };
  const audit = { action: "endpoint.domains.write", ...target, after };
  return recordWish(context, session, { audit, changes: [["endpoint", endpoint.id]], generation: null });
}

async function requireFree(session: StoreSession, endpoint: EndpointRow, name: string): Promise<void> {
  const taken = await session.endpointDomains.findByName(name);
  if (taken !== null) {
    const whose = taken.endpointId === endpoint.id ? `${endpoint.name} has it already` : "an endpoint has it";
    throw conflict("domain.name_taken", `The domain ${name} is taken: ${whose}.`, [
      { path: "name", message: "is taken", remedy: "Replace the certificate of the one there is, or remove it where it is first." },
    ]);
  }
  if ((await session.endpointDomains.listByEndpoint(endpoint.id)).length >= mostDomains)
    throw new SluiceError({ kind: "quota_exceeded", code: "domain.too_many", message: `${endpoint.name} has ${String(mostDomains)} domains.` });
}

/**
 * Has an endpoint answer at a domain of its own with the certificate for it. Refused: a name that is none, the installation's own or taken, and a
 * certificate that does not fit its key, the name or the time.
 */
export async function addDomain(context: OperationContext, input: z.output<typeof addDomainSchema>): Promise<EndpointDomainDto> {
  requireVerb(context.actor, "endpoint.domains.write");
  const { host, domain } = context.settings.gateway;
  const found = await findEndpoint(context, input.endpoint);
  const judged = judgeDomainName(input.name, { host: host.toLowerCase(), domain });
  if (!judged.ok) throw judged.error;
  const name = judged.data;
  const now = context.clock.now();
  const { key, ...certificate } = readDomainCertificate(name, input.certificate, input.privateKey, now);
  const endpoint = await context.store.transaction(async (session) => {
    const row = await lockEndpoint(context, session, found.id);
    await requireFree(session, row, name);
    const id = context.newId("endpointDomain");
    const keySealed = context.vault.seal(key, id);
    const inserted = await session.endpointDomains.insert({
      id,
      endpointId: row.id,
      name,
      ...certificate,
      keySealed,
      createdBy: context.actor.userId,
      createdAt: now,
    });
    if (!inserted) throw conflict("domain.name_taken", `The domain ${name} is taken: an endpoint has it.`, [{ path: "name", message: "is taken" }]);
    await record(context, session, row, { domain: name, added: true, expiresAt: certificate.notAfter });
    return row;
  });
  return readDomain(context, endpoint, name);
}

/** Serves a domain with another certificate from now on; open connections keep the one that they began with. */
export async function replaceDomainCertificate(context: OperationContext, input: z.output<typeof replaceDomainCertificateSchema>): Promise<EndpointDomainDto> {
  requireVerb(context.actor, "endpoint.domains.write");
  const now = context.clock.now();
  const endpoint = await context.store.transaction(async (session) => {
    const row = await lockEndpoint(context, session, input.endpoint);
    const present = await findDomain(session, row, input.name);
    const { key, ...certificate } = readDomainCertificate(present.name, input.certificate, input.privateKey, now);
    await session.endpointDomains.updateCertificate(present.id, { ...certificate, keySealed: context.vault.seal(key, present.id) }, now);
    await record(context, session, row, { domain: present.name, expiresAt: certificate.notAfter });
    return row;
  });
  return readDomain(context, endpoint, input.name);
}

/** The endpoint answers at the domain no more, and its certificate and key are gone from here and from every connected gateway. */
export async function removeDomain(context: OperationContext, input: z.output<typeof endpointDomainRefSchema>): Promise<{ readonly name: string }> {
  requireVerb(context.actor, "endpoint.domains.write");
  return context.store.transaction(async (session) => {
    const row = await lockEndpoint(context, session, input.endpoint);
    const { id, name } = await findDomain(session, row, input.name);
    await session.endpointDomains.remove(id);
    await record(context, session, row, { domain: name, removed: true });
    return { name };
  });
}
