import { createECDH, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { RoutingTokenKey, RoutingTrust } from "#server/domain/routing/types";
import type { TokenAlgorithm } from "#server/domain/token/types";

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Somebody who signs tokens: `head` and `body` replace parts of what a good token says; undefined leaves a member out. */
export class TestIssuer {
  private readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly key: RoutingTokenKey;

  constructor(
    kid: string,
    private readonly alg: TokenAlgorithm = "ES256",
  ) {
    const pair = alg === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.privateKey = pair.privateKey;
    this.publicPem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    this.key = { kid, alg, spki: pair.publicKey.export({ type: "spki", format: "der" }).toString("base64") };
  }

  /** Signs the text before the second dot. */
  signature(text: string): string {
    return sign("sha256", Buffer.from(text), { key: this.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
  }

  token(body: Readonly<Record<string, unknown>> = {}, head: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: this.alg, typ: "JWT", kid: this.key.kid, ...head };
    const text = `${base64url(header)}.${base64url({ iss: "urn:test", aud: "ep_demo", sub: "caller-1", exp: now + 3600, nbf: now, ...body })}`;
    return `${text}.${this.signature(text)}`;
  }

  /** Trust in this issuer as the endpoint `demo` has it. */
  trust(overrides: Partial<RoutingTrust> = {}): RoutingTrust {
    return { issuer: "urn:test", audience: "ep_demo", keys: [this.key], permission: null, until: null, ...overrides };
  }
}

/** A public key of P-256 that a proxy can load: DER of the algorithm, then the point of a private number. */
function publicKeyOf(number: number): string {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(Buffer.alloc(32, number + 1));
  return Buffer.concat([Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"), pair.getPublicKey()]).toString("base64");
}

/** Trust in keys of which only the public half counts; equal numbers give equal keys. */
export const testTrust = (...keys: readonly number[]): RoutingTrust => ({
  issuer: "urn:test",
  audience: "ep_demo",
  keys: keys.map((number) => ({ kid: `key-${String(number)}`, alg: "ES256", spki: publicKeyOf(number) })),
  permission: null,
  until: null,
});
