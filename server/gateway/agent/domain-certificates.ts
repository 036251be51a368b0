import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RoutingDomain } from "#server/domain/routing/types";
import type { Logger } from "#server/kernel/log";
import type { GatewayLayout } from "../layout";
import { deleteDomainCertificate, listDomainCertificates, putDomainCertificate } from "../proxy/certificates";

export interface DomainCertificatesOptions {
  readonly layout: GatewayLayout;
  readonly log: Logger;
  /** Chain and key in PEM, or null when the control plane has another certificate by now. */
  readonly fetch: (domain: RoutingDomain) => Promise<string | null>;
  /** Changes of the proxy never overlap: it can stage one certificate at a time. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

const suffix = ".pem";
const chainHash = (pem: string): string =>
  createHash("sha256")
    .update(pem.slice(0, Math.max(0, pem.indexOf("-----BEGIN PRIVATE KEY-----"))))
    .digest("hex");

/**
 * Keeps the certificates of endpoints' own domains as the routing revision names them, in the proxy and on disk. The file holds the key in the clear,
 * for the agent's account alone, as a proxy that starts must serve without a control plane to ask. A certificate that fails holds nobody else's up.
 */
export class DomainCertificates {
  /** Domain to what the running proxy was given. */
  private readonly given = new Map<string, string>();
  /** Proxy and disk were not compared since either started. */
  private fresh = true;
  /** Domains whose trouble was told. */
  private readonly told = new Set<string>();

  constructor(private readonly options: DomainCertificatesOptions) {}

  private path(name: string): string {
    return join(this.options.layout.domains, `${name}${suffix}`);
  }

  /** The configuration names the list, so it is there before any proxy is. */
  async prepare(): Promise<void> {
    const { domains, domainList } = this.options.layout;
    await mkdir(domains, { recursive: true, mode: 0o700 });
    await writeFile(domainList, "", { flag: "a", mode: 0o600 });
  }

  /** What a proxy that started anew has is what lay on disk, which is told to it again. */
  forget(): void {
    this.given.clear();
    this.fresh = true;
  }

  /** Brings proxy and disk to what is wanted; does nothing when they are. Throws `ProxyUnreachable`. */
  async pass(wanted: readonly RoutingDomain[]): Promise<void> {
    const isGiven = ({ name, sha256 }: RoutingDomain): boolean => this.given.get(name) === sha256;
    if (!this.fresh && wanted.length === this.given.size && wanted.every(isGiven)) return;
    const { layout } = this.options;
    const listed = new Set(await listDomainCertificates(layout.adminSocket, layout.domainList));
    for (const domain of wanted) if (!isGiven(domain)) await this.put(domain, listed.has(this.path(domain.name)));
    await this.dropOthers(wanted, listed);
    this.fresh = false;
  }

  private async put(domain: RoutingDomain, isListed: boolean): Promise<void> {
    const { layout, fetch, exclusively, log } = this.options;
    const path = this.path(domain.name);
    const kept = await readFile(path, "utf8").catch(() => "");
    const isKept = chainHash(kept) === domain.sha256;
    const trouble = async (): Promise<string | null> => {
      const pem = isKept ? kept : await fetch(domain);
      if (pem === null) return null;
      const refusal = await exclusively(() => putDomainCertificate(layout.adminSocket, { list: layout.domainList, path, name: domain.name, pem, isListed }));
      if (refusal !== null) return refusal;
      // Only what the proxy took lies on disk: one that it refuses would keep it from starting.
      if (!isKept) await writeWhole(path, pem);
      await this.writeList(domain.name, true);
      this.given.set(domain.name, domain.sha256);
      this.told.delete(domain.name);
      return null;
    };
    const reason = await trouble().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (reason === null || this.told.has(domain.name)) return;
    this.told.add(domain.name);
    log.warn({ domain: domain.name, reason }, "the certificate of a domain is not in force; what was stays, and it is tried again");
  }

  private async writeList(name: string, present: boolean): Promise<void> {
    const { domainList } = this.options.layout;
    const line = `${this.path(name)} ${name}`;
    const lines = (await readFile(domainList, "utf8")).split("\n").filter((text) => text !== "");
    if (lines.includes(line) === present) return;
    const next = present ? [...lines, line] : lines.filter((text) => text !== line);
    await writeWhole(domainList, next.map((text) => `${text}\n`).join(""));
  }

  /** From the list first, as the proxy does not start when a file that it names is missing. */
  private async dropOthers(wanted: readonly RoutingDomain[], listed: ReadonlySet<string>): Promise<void> {
    const { layout, exclusively, log } = this.options;
    const names = new Set(wanted.map(({ name }) => name));
    const files = (await readdir(layout.domains)).filter((file) => file.endsWith(suffix)).map((file) => join(layout.domains, file));
    for (const path of new Set([...files, ...listed])) {
      const name = path.slice(layout.domains.length + 1, -suffix.length);
      if (dirname(path) !== layout.domains || names.has(name)) continue;
      await this.writeList(name, false);
      await rm(path, { force: true });
      this.given.delete(name);
      const refusal = listed.has(path) ? await exclusively(() => deleteDomainCertificate(layout.adminSocket, layout.domainList, path)) : null;
      if (refusal !== null) log.warn({ domain: name, reason: refusal }, "the certificate of a domain that is gone is still in the proxy");
    }
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
