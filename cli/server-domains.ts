import { readFile } from "node:fs/promises";
import { z } from "zod";
import { endpointDomainDtoSchema } from "#server/contract/endpoint-domain";
import { canonicalDomainName } from "#server/domain/endpoint/domain-name";
import { CommandFailure } from "./project/failure";
import { deleteJson, getJson, postJson, putJson, type ServerAddress } from "./server";

const shownSchema = endpointDomainDtoSchema.pick({ name: true, expiresAt: true });
const pageSchema = z.object({ items: z.array(shownSchema) });
const placeOf = (endpoint: string): string => `/endpoints/${encodeURIComponent(endpoint)}/domains`;
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const lineOf = ({ name, expiresAt }: z.output<typeof shownSchema>): string => `${name}\tcertificate until ${dateOf(expiresAt)}`;

async function domainsOf(address: ServerAddress, endpoint: string, signal: AbortSignal): Promise<z.output<typeof shownSchema>[]> {
  return pageSchema.parse(await getJson(address, placeOf(endpoint), signal)).items;
}

/** The endpoint's own domains, one a line, with the day on which each certificate ends (UTC). Rejects with the server's sentence. */
export async function listServerDomains(address: ServerAddress, endpoint: string, signal: AbortSignal): Promise<string> {
  const domains = await domainsOf(address, endpoint, signal);
  return domains.length === 0 ? `${endpoint} has no domains of its own.` : domains.map(lineOf).join("\n");
}

export interface CertificateFiles {
  /** PEM: the server's certificate, then its chain. */
  readonly certificate: string;
  /** PEM without a passphrase. */
  readonly key: string;
}

async function readPem(option: string, file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => {
    throw new CommandFailure(`${option} ${file} cannot be read.`, "Name a file in PEM form.");
  });
}

/**
 * Has an endpoint answer at a domain with this certificate, whether it had the domain before or not: what a renewal runs, each time the same.
 * Rejects with what is wrong with the files, or the server's sentence.
 */
export async function setServerDomain(address: ServerAddress, endpoint: string, wish: string, files: CertificateFiles, signal: AbortSignal): Promise<string> {
  const pair = { certificate: await readPem("--certificate", files.certificate), privateKey: await readPem("--key", files.key) };
  const name = canonicalDomainName(wish);
  const present = (await domainsOf(address, endpoint, signal)).some((domain) => domain.name === name);
  const place = placeOf(endpoint);
  const written = present ? await putJson(address, `${place}/${encodeURIComponent(name)}`, pair) : await postJson(address, place, { name, ...pair });
  return lineOf(shownSchema.parse(written));
}

/** Has an endpoint answer at a domain no more, and takes its certificate away. Rejects with the server's sentence. */
export async function removeServerDomain(address: ServerAddress, endpoint: string, wish: string): Promise<string> {
  const name = canonicalDomainName(wish);
  await deleteJson(address, `${placeOf(endpoint)}/${encodeURIComponent(name)}`);
  return `${endpoint} answers at ${name} no more.`;
}
