import { createHash } from "node:crypto";
import type { RoutingEndpoint, RoutingTokenKey, RoutingTrust } from "#server/domain/routing/types";

const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
const never = 253_402_300_799_999;

/** The name of a public key's certificate in the proxy: of its content, so that one name never means two keys. */
export const certificateName = ({ spki }: RoutingTokenKey): string => `certs/${sha256(Buffer.from(spki, "base64")).slice(0, 32)}.pem`;

/**
 * algorithm:certificate:issuer:audience:refused from (ms):claim of the permission:its value. Texts that others chose are hashes, since entries go over the
 * proxy's command line and are cut at colons; the proxy hashes what a token says and compares.
 */
function trustEntry(key: RoutingTokenKey, { issuer, audience, permission, until }: RoutingTrust): string {
  const { claim, value } = permission ?? { claim: "none", value: "" };
  return [key.alg, certificateName(key), sha256(issuer), sha256(audience), until ?? never, claim, sha256(value)].join(":");
}

/** Of each public key that the endpoint trusts: its id as the proxy looks it up, and what a token signed by it must say. */
export const trustEntries = ({ name, trusts }: RoutingEndpoint): [string, string][] =>
  trusts.flatMap((trust) => trust.keys.map((key): [string, string] => [`${name}|${sha256(key.kid)}`, trustEntry(key, trust)]));

/**
 * What the proxy accepts: `key`, `token`, or `both:<until>`, where keys count until that time (ms). So a mode is changed by one entry, and what was
 * accepted before may go on for a while.
 */
export function acceptsEntry({ authMode, keysUntil, trusts }: RoutingEndpoint): string {
  if (authMode === "key") return trusts.length === 0 ? "key" : `both:${String(never)}`;
  return keysUntil === null ? "token" : `both:${String(keysUntil)}`;
}
