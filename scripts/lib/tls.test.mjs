import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as x509 from "@peculiar/x509";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureCertificate, readOwnCertificate } from "./tls.mjs";

/** @type {string} */
let home;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "tls-"));
  fs.mkdirSync(path.join(home, "tls"));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

const day = 24 * 3600 * 1000;

/** Writes a pair and answers the settings that name it. @param {string} name @param {number} days */
async function pair(name, days = 90) {
  const pems = await generate([{ name: "commonName", value: "inference.example.com" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 400 * day),
    notAfterDate: new Date(Date.now() + days * day),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "inference.example.com" }] }],
  });
  const file = (/** @type {string} */ suffix) => path.join(home, `${name}.${suffix}`);
  fs.writeFileSync(file("pem"), pems.cert);
  fs.writeFileSync(file("key"), pems.private);
  return { SLUICE_TLS_CERT_FILE: file("pem"), SLUICE_TLS_KEY_FILE: file("key") };
}

/** @param {string} host @param {string} [domain] */
const names = (host, domain = "endpoints.localhost") => ({ host, domain });
const served = () => new X509Certificate(fs.readFileSync(path.join(home, "tls/gateway.pem")));

describe("an own certificate", () => {
  it("is what the gateway serves and our own callers trust, beside what they trusted before", async () => {
    const env = await pair("own");
    const extra = path.join(home, "extra.pem");
    fs.writeFileSync(extra, fs.readFileSync((await pair("company")).SLUICE_TLS_CERT_FILE));
    const { caFile, trustFile, warnings } = await ensureCertificate(home, names("inference.example.com"), { ...env, NODE_EXTRA_CA_CERTS: extra });
    expect(served().fingerprint256).toBe(new X509Certificate(fs.readFileSync(env.SLUICE_TLS_CERT_FILE)).fingerprint256);
    expect(caFile).toBeNull();
    expect(warnings).toEqual([]);
    const trusted = fs.readFileSync(trustFile, "utf8");
    for (const file of [env.SLUICE_TLS_CERT_FILE, extra]) expect(trusted).toContain(fs.readFileSync(file, "utf8").trim());
  });

  it("is refused with one sentence when key, files or time do not fit", async () => {
    const env = await pair("own");
    const other = await pair("other");
    const read = (/** @type {object} */ changes) => () => readOwnCertificate({ ...env, ...changes }, "inference.example.com");
    expect(read({ SLUICE_TLS_KEY_FILE: other.SLUICE_TLS_KEY_FILE })).toThrow(
      /^SLUICE_TLS_KEY_FILE \(.+other\.key\) is not the key of the first certificate in/,
    );
    expect(read({ SLUICE_TLS_CERT_FILE: env.SLUICE_TLS_KEY_FILE })).toThrow(/^SLUICE_TLS_CERT_FILE \(.+\) holds no certificate in PEM form/);
    expect(read({ SLUICE_TLS_KEY_FILE: env.SLUICE_TLS_CERT_FILE })).toThrow(/^SLUICE_TLS_KEY_FILE \(.+\) holds no private key/);
    expect(read({ SLUICE_TLS_CERT_FILE: path.join(home, "none.pem") })).toThrow(/^SLUICE_TLS_CERT_FILE names a file that cannot be read: ENOENT.+example/);
    expect(read({ SLUICE_TLS_KEY_FILE: "" })).toThrow(/go together/);
    const old = await pair("old", -1);
    expect(() => readOwnCertificate(old, "inference.example.com")).toThrow(/^SLUICE_TLS_CERT_FILE \(.+\) ended on .+: renew/);
  });

  it("draws a warning when it ends soon or is for another name", async () => {
    const { warnings } = readOwnCertificate(await pair("own", 10), "localhost");
    expect(warnings).toEqual([expect.stringMatching(/ends in (9|10) days/), expect.stringMatching(/is not for "localhost".+inference\.example\.com/)]);
    const env = { ...(await pair("named")), SLUICE_GATEWAY_DOMAIN: "ml.example.com" };
    expect(readOwnCertificate(env, "inference.example.com").warnings).toEqual([expect.stringContaining('is not for "*.ml.example.com"')]);
  });
});

describe("the local authority's certificate", () => {
  it("stays from start to start, and is made anew for another host or domain, another authority or after an own one", async () => {
    await ensureCertificate(home, names("localhost"), {});
    const first = served().fingerprint256;
    await ensureCertificate(home, names("localhost"), {});
    expect(served().fingerprint256).toBe(first);
    await ensureCertificate(home, names("10.0.0.7"), {});
    expect(served().checkIP("10.0.0.7")).toBe("10.0.0.7");
    expect(served().checkHost("iris.endpoints.localhost")).toBe("*.endpoints.localhost");
    await ensureCertificate(home, names("10.0.0.7", "ml.example.com"), {});
    expect([served().checkHost("iris.ml.example.com"), served().checkHost("iris.endpoints.localhost")]).toEqual(["*.ml.example.com", undefined]);
    await ensureCertificate(home, names("inference.example.com"), await pair("own"));
    const { caFile } = await ensureCertificate(home, names("localhost"), {});
    const authority = () => new X509Certificate(fs.readFileSync(caFile ?? ""));
    expect(served().verify(authority().publicKey)).toBe(true);
    for (const name of ["ca.pem", "ca.key"]) fs.rmSync(path.join(home, "tls", name));
    await ensureCertificate(home, names("localhost"), {});
    expect(served().verify(authority().publicKey)).toBe(true);
  });

  it("names both keys, as strict callers ask", async () => {
    const { caFile } = await ensureCertificate(home, names("localhost"), {});
    const [server, authority] = [path.join(home, "tls/gateway.pem"), caFile ?? ""].map((file) => new x509.X509Certificate(fs.readFileSync(file, "utf8")));
    const own = authority?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    expect(own).toMatch(/^[0-9a-f]{40}$/);
    expect(server?.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(own);
    expect(server?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toMatch(/^[0-9a-f]{40}$/);
  });
});
