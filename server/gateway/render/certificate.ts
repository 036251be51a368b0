/** One element of DER: tag, length, content. Lengths up to 65,535 bytes. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = 0x30;
const number = element(0x02, Buffer.from([1]));
const ecdsaWithSha256 = element(sequence, Buffer.from("06082a8648ce3d040302", "hex"));
const commonName = element(sequence, Buffer.from("0603550403", "hex"), element(0x0c, Buffer.from("token key")));
const named = element(sequence, element(0x31, commonName));
const validity = element(sequence, element(0x17, Buffer.from("200101000000Z")), element(0x17, Buffer.from("491231235959Z")));
const noSignature = element(0x03, Buffer.from([0]), element(sequence, number, number));

/**
 * A certificate that carries a public key (DER of a SubjectPublicKeyInfo) and vouches for nothing: the proxy can exchange keys for tokens at run time
 * only in this form. Names, dates and signature mean nothing, and nothing looks at them. Equal for equal keys.
 */
export function certificateOf(spki: Uint8Array): string {
  const claims = element(sequence, number, ecdsaWithSha256, named, validity, named, spki);
  const base64 = element(sequence, claims, ecdsaWithSha256, noSignature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
}
