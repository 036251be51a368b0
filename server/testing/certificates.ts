import { generate } from "selfsigned";
import { issue } from "../../scripts/lib/issue.mjs";

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

/** A chain of three as authorities issue them: `chain` is the server's certificate and the one between, which is what a server shows; callers trust `root`. */
export async function issuedChain(names: readonly string[]): Promise<{ root: string; chain: string; privateKey: string }> {
  const until = new Date(Date.now() + 30 * day);
  const root = await issue({ name: "root of the test", until });
  const between = await issue({ name: "authority of the test", until, issuer: root });
  const server = await issue({ name: "server of the test", until, issuer: between, names });
  return { root: root.cert, chain: `${server.cert}${between.cert}`, privateKey: server.key };
}
