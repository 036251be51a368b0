// Certificates of the gateway: a local authority made at set-up, or the operator's own files.
import { createPrivateKey, X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isIP } from "node:net";
import { issue } from "./issue.mjs";

const day = 24 * 3600 * 1000;
const year = 365 * day;

async function makeAuthority(folder) {
  const { cert, key } = await issue({ name: "Sluice local authority", until: new Date(Date.now() + 10 * year) });
  fs.writeFileSync(path.join(folder, "ca.key"), key, { mode: 0o600 });
  fs.writeFileSync(path.join(folder, "ca.pem"), cert, { mode: 0o644 });
}

async function makeServerCertificate(folder, { host, domain }) {
  const issuer = { cert: fs.readFileSync(path.join(folder, "ca.pem"), "utf8"), key: fs.readFileSync(path.join(folder, "ca.key"), "utf8") };
  const names = [...new Set([host, "localhost", `*.${domain}`, "127.0.0.1"])];
  const { cert, key } = await issue({ name: host, until: new Date(Date.now() + year), issuer, names });
  return `${cert}${key}`;
}

/** Whether a certificate is for one name or address. */
const isFor = (certificate, name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
/** Some name below a domain, as endpoints have them. */
const below = (domain) => `any.${domain}`;

/** Certificate, key and authority belong together, for these names, for another month at least. */
function isGood(pem, ca, { host, domain }) {
  try {
    const certificate = new X509Certificate(pem);
    return (
      isFor(certificate, host) &&
      isFor(certificate, below(domain)) &&
      certificate.checkPrivateKey(createPrivateKey(pem)) &&
      certificate.verify(new X509Certificate(ca).publicKey) &&
      Date.parse(certificate.validTo) - Date.now() > 30 * day
    );
  } catch {
    return false;
  }
}

function read(variable, file) {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`${variable} names a file that cannot be read: ${error.message} (example: ${variable}=/etc/ssl/inference.pem)`, { cause: error });
  }
}

function parse(variable, file, make, what) {
  try {
    return make();
  } catch (error) {
    throw new Error(`${variable} (${file}) holds no ${what} in PEM form: ${error.message}`, { cause: error });
  }
}

/**
 * Reads and checks the operator's own pair; answers its PEM and what is odd about it but no reason to refuse.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} host
 */
export function readOwnCertificate({ SLUICE_TLS_CERT_FILE: certFile, SLUICE_TLS_KEY_FILE: keyFile, SLUICE_GATEWAY_DOMAIN: domain }, host, now = Date.now()) {
  if (!certFile || !keyFile) throw new Error("SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE go together: set both, or none for a local authority");
  const chain = read("SLUICE_TLS_CERT_FILE", certFile);
  const keyText = read("SLUICE_TLS_KEY_FILE", keyFile);
  const certificate = parse("SLUICE_TLS_CERT_FILE", certFile, () => new X509Certificate(chain), "certificate");
  const key = parse("SLUICE_TLS_KEY_FILE", keyFile, () => createPrivateKey(keyText), "private key without a passphrase");
  if (!certificate.checkPrivateKey(key))
    throw new Error(
      `SLUICE_TLS_KEY_FILE (${keyFile}) is not the key of the first certificate in SLUICE_TLS_CERT_FILE (${certFile}). That file holds the server's certificate first, then its chain.`,
    );
  if (Date.parse(certificate.validTo) <= now)
    throw new Error(
      `SLUICE_TLS_CERT_FILE (${certFile}) ended on ${certificate.validTo}: renew the certificate, or unset both variables for a local authority.`,
    );
  const warnings = [];
  const left = Math.floor((Date.parse(certificate.validTo) - now) / day);
  if (left < 30) warnings.push(`the certificate in SLUICE_TLS_CERT_FILE ends in ${left} days`);
  if (!isFor(certificate, host))
    warnings.push(
      `the certificate in SLUICE_TLS_CERT_FILE is not for "${host}": set SLUICE_GATEWAY_HOST to a name that it carries (${certificate.subjectAltName ?? certificate.subject})`,
    );
  // Who did not ask for a domain may do without calls by host name.
  if (domain && !isFor(certificate, below(domain)))
    warnings.push(`the certificate in SLUICE_TLS_CERT_FILE is not for "*.${domain}": callers that use SLUICE_GATEWAY_DOMAIN will refuse it`);
  return { pem: `${chain}\n${keyText}\n`, chain, warnings };
}

/** Puts certificates in place whole, and only when they are others: they are looked at again for as long as the product runs. */
function place(target, pem, mode) {
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === pem) return;
  fs.writeFileSync(`${target}.new`, pem, { mode });
  fs.renameSync(`${target}.new`, target);
}

/** What our own callers trust besides the usual authorities; they have one variable for it, which may be in use already. */
function writeTrusted(folder, pem, env) {
  const file = path.join(folder, "trusted.pem");
  const extra = env.NODE_EXTRA_CA_CERTS && fs.existsSync(env.NODE_EXTRA_CA_CERTS) ? fs.readFileSync(env.NODE_EXTRA_CA_CERTS, "utf8").trim() : "";
  place(file, `${[pem.trim(), extra].filter(Boolean).join("\n")}\n`, 0o644);
  return file;
}

/**
 * Makes sure `<home>/tls/gateway.pem` (certificate, then key) is there. Answers `caFile`, what a caller must trust (null with an own certificate),
 * `trustFile`, what our own callers are given, and `warnings`. An own certificate is given by SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE; the local
 * one, which is also for every name below the domain, is renewed a month before it ends.
 * @param {string} home
 * @param {{ host: string, domain: string }} names
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureCertificate(home, names, env) {
  const folder = path.join(home, "tls");
  const target = path.join(folder, "gateway.pem");
  if (env.SLUICE_TLS_CERT_FILE || env.SLUICE_TLS_KEY_FILE) {
    const { pem, chain, warnings } = readOwnCertificate(env, names.host);
    place(target, pem, 0o600);
    return { caFile: null, trustFile: writeTrusted(folder, chain, env), warnings };
  }
  const caFile = path.join(folder, "ca.pem");
  if (!fs.existsSync(caFile)) await makeAuthority(folder);
  const ca = fs.readFileSync(caFile, "utf8");
  if (!fs.existsSync(target) || !isGood(fs.readFileSync(target, "utf8"), ca, names)) place(target, await makeServerCertificate(folder, names), 0o600);
  return { caFile, trustFile: writeTrusted(folder, ca, env), warnings: [] };
}
