import { chownSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../../kernel/env";

type Account = { readonly uid: number; readonly gid: number } | null;

/** Writes `content` whole, and only when it differs: who watches the folder sees real changes alone, and never half of one. */
function writeIfChanged(file: string, content: string, mode: number, account: Account): void {
  try {
    if (readFileSync(file, "utf8") === content) return;
  } catch {
    // Not there yet.
  }
  const draft = `${file}.new`;
  writeFileSync(draft, content, { mode });
  if (account !== null) chownSync(draft, account.uid, account.gid);
  renameSync(draft, file);
}

const certificateName = "tls/gateway.pem";

/** Hands the gateway the certificate if it is another than the one it has; its agent puts it in force without a reload. */
export const placeCertificate = (directory: string, certificate: string, account: Account): void =>
  writeIfChanged(path.join(directory, certificateName), readFileSync(certificate, "utf8"), 0o600, account);

/**
 * Prepares the gateway's folder: settings with container paths, its token and its certificate, owned by the account that the container runs as.
 * Answers the folder on the host and the settings' text.
 */
export function prepareGatewayFolder(
  settings: Settings,
  token: string,
  certificate: string,
  account: Account,
): { readonly directory: string; readonly settings: string } {
  const directory = path.join(settings.home, "gateway", settings.gateway.id);
  const inside = "/var/lib/sluice-gateway";
  for (const name of ["", "spool", "tls"]) mkdirSync(path.join(directory, name), { recursive: true, mode: 0o750 });
  const document = {
    gatewayId: settings.gateway.id,
    name: settings.gateway.id.replace(/^gw_/, ""),
    bind: { address: settings.gateway.bind, port: settings.gateway.port },
    host: settings.gateway.host,
    domain: settings.gateway.domain,
    plainHttp: settings.gateway.httpPort === null ? null : { port: settings.gateway.httpPort },
    paths: { apiSocket: "/run/sluice/api.sock", token: `${inside}/token` },
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  writeIfChanged(path.join(directory, "settings.json"), text, 0o640, account);
  writeIfChanged(path.join(directory, "token"), token, 0o600, account);
  placeCertificate(directory, certificate, account);
  if (account !== null)
    for (const name of ["", "spool", "tls", "settings.json", "token", certificateName]) chownSync(path.join(directory, name), account.uid, account.gid);
  return { directory, settings: text };
}
