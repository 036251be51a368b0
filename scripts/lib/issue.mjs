// Certificates as RFC 5280 asks for them: with the identifiers of both keys, without which strict callers (Python 3.13 and newer) take none.
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** @typedef {{ cert: string, key: string }} Issued certificate and private key, in PEM */

/**
 * Issues a certificate with a key of its own.
 * @param {{ name: string, until: Date, issuer?: Issued, names?: readonly string[] }} options `issuer`: who signs it, itself when none;
 *   `names`: hosts and addresses of a server; an authority has none
 * @returns {Promise<Issued>}
 */
export async function issue({ name, until, issuer, names }) {
  const x509 = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const signer = issuer === undefined ? null : new x509.X509Certificate(issuer.cert);
  const flags = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive, hence never with the first bit.
    serialNumber: `01${randomBytes(15).toString("hex")}`,
    subject: [{ CN: [name] }],
    issuer: signer === null ? [{ CN: [name] }] : signer.subjectName,
    notBefore: new Date(),
    notAfter: until,
    publicKey: keys.publicKey,
    signingKey: issuer === undefined ? keys.privateKey : await readKey(issuer.key),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(names === undefined, undefined, true),
      new x509.KeyUsagesExtension(names === undefined ? flags.keyCertSign | flags.cRLSign : flags.digitalSignature, true),
      ...(names === undefined
        ? []
        : [
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
            new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: /** @type {"ip" | "dns"} */ (isIP(value) ? "ip" : "dns"), value }))),
          ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer === null ? keys.publicKey : signer.publicKey),
    ],
  });
  return { cert: `${certificate.toString("pem").trim()}\n`, key: String(KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" })) };
}

/** @param {string} pem */
function readKey(pem) {
  return webcrypto.subtle.importKey("pkcs8", createPrivateKey(pem).export({ type: "pkcs8", format: "der" }), algorithm, false, ["sign"]);
}
