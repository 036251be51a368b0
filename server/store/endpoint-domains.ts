import type { Db } from "./client";
import { ms } from "./columns";
import type { Prisma } from "./generated/client";

export interface EndpointDomainRow {
  readonly id: string;
  readonly endpointId: string;
  /** Lower case, one endpoint's in the whole installation. */
  readonly name: string;
  /** Certificates in PEM, the server's own first. */
  readonly chain: string;
  /** Lower-case hex SHA-256 of the chain. */
  readonly sha256: string;
  readonly keySealed: Uint8Array;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface DomainInRevision extends Pick<EndpointDomainRow, "name" | "sha256"> {
  readonly revision: number;
}

type StoredCertificate = Pick<EndpointDomainRow, "chain" | "sha256" | "notBefore" | "notAfter"> & { readonly keySealed: Uint8Array<ArrayBuffer> };
type NewDomain = StoredCertificate & Pick<EndpointDomainRow, "id" | "endpointId" | "name" | "createdBy" | "createdAt">;

const select = {
  id: true, endpointId: true, name: true, chain: true, sha256: true, keySealed: true, notBefore: true, notAfter: true, createdBy: true, createdAt: true,
  updatedAt: true,
} satisfies Prisma.EndpointDomainSelect; // prettier-ignore

const toRow = (row: Prisma.EndpointDomainGetPayload<{ select: typeof select }>): EndpointDomainRow => ({
  ...row,
  notBefore: ms(row.notBefore),
  notAfter: ms(row.notAfter),
  createdAt: ms(row.createdAt),
  updatedAt: ms(row.updatedAt),
});

const certificateData = ({ chain, sha256, keySealed, notBefore, notAfter }: StoredCertificate) => ({
  chain,
  sha256,
  keySealed,
  notBefore: new Date(notBefore),
  notAfter: new Date(notAfter),
});

/** Domains of endpoints with their certificates. Write with the endpoint's row locked. */
export function endpointDomainsRepository(db: Db) {
  return {
    async listByEndpoint(endpointId: string): Promise<EndpointDomainRow[]> {
      return (await db.endpointDomain.findMany({ where: { endpointId }, orderBy: { name: "asc" }, select })).map(toRow);
    },
    /** What gateways have to know, of all endpoints that are not gone, by name: without certificates and keys. */
    async listServed(): Promise<Pick<EndpointDomainRow, "endpointId" | "name" | "sha256">[]> {
      return db.endpointDomain.findMany({
        where: { endpoint: { deletedAt: null } },
        orderBy: { name: "asc" },
        select: { endpointId: true, name: true, sha256: true },
      });
    },
    /** When the certificates of an endpoint's domains end (Unix ms), without them and their keys. */
    async listEnds(endpointId: string): Promise<Pick<EndpointDomainRow, "name" | "notAfter">[]> {
      const rows = await db.endpointDomain.findMany({ where: { endpointId }, orderBy: { name: "asc" }, select: { name: true, notAfter: true } });
      return rows.map(({ name, notAfter }) => ({ name, notAfter: ms(notAfter) }));
    },
    /** The endpoint's domains and which certificate each has, as those routing revisions that are kept of these say. */
    async listInRevisions(endpointId: string, revisions: readonly number[]): Promise<DomainInRevision[]> {
      return db.$queryRaw`
        SELECT r.revision, d->>'name' AS name, d->>'sha256' AS sha256
        FROM routing_revision r, jsonb_array_elements(r.document->'endpoints') e, jsonb_array_elements(e->'domains') d
        WHERE r.revision = ANY(${[...revisions]}) AND e->>'id' = ${endpointId}`;
    },
    async findByName(name: string): Promise<EndpointDomainRow | null> {
      const row = await db.endpointDomain.findUnique({ where: { name }, select });
      return row === null ? null : toRow(row);
    },
    /** Answers false, and writes nothing, when another endpoint took the name meanwhile. */
    async insert(row: NewDomain): Promise<boolean> {
      const { id, endpointId, name, createdBy } = row;
      const at = new Date(row.createdAt);
      const data = { id, endpointId, name, createdBy, ...certificateData(row), createdAt: at, updatedAt: at };
      return (await db.endpointDomain.createMany({ data, skipDuplicates: true })).count === 1;
    },
    async updateCertificate(id: string, certificate: StoredCertificate, atMs: number): Promise<void> {
      await db.endpointDomain.update({ where: { id }, data: { ...certificateData(certificate), updatedAt: new Date(atMs) }, select: { id: true } });
    },
    async remove(id: string): Promise<void> {
      await db.endpointDomain.deleteMany({ where: { id } });
    },
    async removeByEndpoint(endpointId: string): Promise<void> {
      await db.endpointDomain.deleteMany({ where: { endpointId } });
    },
  };
}
