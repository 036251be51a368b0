import { readFile, stat } from "node:fs/promises";
import type { Logger } from "#server/kernel/log";
import type { GatewayLayout } from "../layout";
import { replaceCertificate } from "../proxy/reload";

/** Puts a replaced certificate file in force without a reload. */
export class CertificateWatch {
  private seen = "";
  private inForce = "";

  constructor(
    private readonly layout: GatewayLayout,
    private readonly log: Logger,
  ) {}

  /** One look at the file. A refused file leaves the old certificate in force. The first look always hands it over: the proxy may be older. */
  async pass(): Promise<void> {
    const { certificate, adminSocket } = this.layout;
    const facts = await stat(certificate).catch(() => null);
    if (facts === null) return;
    const stamp = `${String(facts.ino)} ${String(facts.mtimeMs)} ${String(facts.size)}`;
    if (stamp === this.seen) return;
    const pem = await readFile(certificate, "utf8");
    const refusal = pem === this.inForce ? null : await replaceCertificate(adminSocket, certificate, pem);
    this.seen = stamp;
    if (refusal === null) this.inForce = pem;
    else this.log.error({ reason: refusal }, "the TLS certificate file is refused; the old certificate stays in force");
  }
}
