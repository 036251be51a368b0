import { generate } from "selfsigned";

const day = 24 * 3600 * 1000;

/** A self-signed certificate for the given names, from so many days ago for so many days from now, with its private key. */
export async function certificateFor(names: readonly string[], { sinceDays = 1, days = 30 } = {}): Promise<{ certificate: string; privateKey: string }> {
  const now = Date.now();
  const pems = await generate([{ name: "commonName", value: "test" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - sinceDays * day),
    notAfterDate: new Date(now + days * day),
    extensions: [{ name: "subjectAltName", altNames: names.map((value) => ({ type: 2 as const, value })) }],
  });
  return { certificate: pems.cert, privateKey: pems.private };
}
