// Certificates of the gateway: a local authority made at set-up, or the operator's own files.
import fs from "node:fs";
import path from "node:path";
import { isIP } from "node:net";

const year = 365 * 24 * 3600 * 1000;

async function makeAuthority(folder) {
  const { generate } = await import("selfsigned");
  const pems = await generate([{ name: "commonName", value: "Sluice local authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 10 * year),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  fs.writeFileSync(path.join(folder, "ca.key"), pems.private, { mode: 0o600 });
  fs.writeFileSync(path.join(folder, "ca.pem"), pems.cert, { mode: 0o644 });
}

async function makeServerCertificate(folder, host) {
  const { generate } = await import("selfsigned");
  const names = [...new Set([host, "localhost"])].map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }));
  const pems = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + year),
    ca: { key: fs.readFileSync(path.join(folder, "ca.key"), "utf8"), cert: fs.readFileSync(path.join(folder, "ca.pem"), "utf8") },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [...names, { type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return `${pems.cert.trim()}\n${pems.private.trim()}\n`;
}

/**
 * Makes sure `<home>/tls/gateway.pem` (certificate, then key) is there and answers `{ pem, caFile }`; `caFile` is null with an own certificate.
 * An own certificate is given by SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE; the local one is renewed when it is older than eleven months.
 */
export async function ensureCertificate(home, host, env) {
  const folder = path.join(home, "tls");
  const target = path.join(folder, "gateway.pem");
  if (env.SLUICE_TLS_CERT_FILE || env.SLUICE_TLS_KEY_FILE) {
    if (!env.SLUICE_TLS_CERT_FILE || !env.SLUICE_TLS_KEY_FILE)
      throw new Error("SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE go together: set both, or none for a local authority");
    const pem = `${fs.readFileSync(env.SLUICE_TLS_CERT_FILE, "utf8").trim()}\n${fs.readFileSync(env.SLUICE_TLS_KEY_FILE, "utf8").trim()}\n`;
    fs.writeFileSync(target, pem, { mode: 0o600 });
    return { pem: target, caFile: null };
  }
  if (!fs.existsSync(path.join(folder, "ca.pem"))) await makeAuthority(folder);
  const marker = path.join(folder, "gateway.host");
  const fresh =
    fs.existsSync(target) && Date.now() - fs.statSync(target).mtimeMs < (11 / 12) * year && fs.existsSync(marker) && fs.readFileSync(marker, "utf8") === host;
  if (!fresh) {
    fs.writeFileSync(target, await makeServerCertificate(folder, host), { mode: 0o600 });
    fs.writeFileSync(marker, host);
  }
  return { pem: target, caFile: path.join(folder, "ca.pem") };
}
