import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
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

/** Trust in keys that nobody can sign with; equal numbers give equal keys. */
export const testTrust = (...keys: readonly number[]): RoutingTrust => ({
  issuer: "urn:test",
  audience: "ep_demo",
  keys: keys.map((number) => ({ kid: `key-${String(number)}`, alg: "ES256", spki: Buffer.alloc(91, number).toString("base64") })),
  permission: null,
  until: null,
});
