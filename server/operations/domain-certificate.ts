import { createHash, createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { invalidInput, type FieldError } from "#server/domain/errors";

/** Chain and key go over the proxy's command line, whose buffer has 16 KiB. */
const mostPemBytes = 14_000;
/** The proxy's TLS library takes no shorter ones. */
const leastRsaBits = 2048;

export interface DomainCertificate {
  /** Certificates in PEM, the server's own first, nothing else. */
  readonly chain: string;
  /** The private key in PEM (PKCS #8). */
  readonly key: string;
  /** Lower-case hex SHA-256 of `chain`. */
  readonly sha256: string;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Sentences of ours only: what a library says of a key could repeat parts of it. */
const refuse = (path: FieldError["path"], message: string, remedy: string) =>
  invalidInput("domain.certificate_invalid", `The certificate was refused: it ${message}.`, [{ path, message, remedy }]);

function readChain(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...rest] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, ...rest];
  } catch {
    // Told below.
  }
  throw refuse("certificate", "is no certificate in PEM form", "Send the server's certificate first, then its chain, each as -----BEGIN CERTIFICATE-----.");
}

function readKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw refuse("privateKey", "has no private key that can be read", "Send the key in PEM form, without a passphrase.");
  }
}

const spanOf = ({ validFrom, validTo }: X509Certificate) => ({ notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) });

function judge(leaf: X509Certificate, key: KeyObject, name: string, nowMs: number): void {
  const rsaBits = key.asymmetricKeyDetails?.modulusLength;
  if (!leaf.checkPrivateKey(key))
    throw refuse("privateKey", "does not fit the private key", "Send the key that the first certificate was made for, and that certificate first.");
  if (rsaBits !== undefined && rsaBits < leastRsaBits)
    throw refuse("privateKey", `has a key of ${String(rsaBits)} bits`, "Make a new key: RSA with 2048 bits or more, or an elliptic curve.");
  if (leaf.checkHost(name, { subject: "never" }) === undefined)
    throw refuse("certificate", `is not for ${name}`, `It carries ${leaf.subjectAltName ?? "no names"}. Have one made for ${name}.`);
  const { notBefore, notAfter } = spanOf(leaf);
  if (notAfter <= nowMs) throw refuse("certificate", `ended at ${leaf.validTo}`, "Renew it, then send the new one.");
  if (notBefore > nowMs) throw refuse("certificate", `begins only at ${leaf.validFrom}`, "Send it then; until then callers would refuse it.");
}

/** Reads and judges what a domain is to be served with. Throws `domain.certificate_invalid`, which names the field and never repeats the key. */
export function readDomainCertificate(name: string, certificate: string, privateKey: string, nowMs: number): DomainCertificate {
  const certificates = readChain(certificate);
  const key = readKey(privateKey);
  const [leaf] = certificates;
  judge(leaf, key, name, nowMs);
  const chain = certificates.map((one) => `${one.toString().trim()}\n`).join("");
  const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
  if (chain.length + pem.length > mostPemBytes)
    throw refuse("certificate", "is too long with its chain", `Certificate, chain and key may have ${String(mostPemBytes)} bytes: leave out the root.`);
  return {
    chain,
    key: pem,
    sha256: createHash("sha256").update(chain).digest("hex"),
    ...spanOf(leaf),
  };
}
