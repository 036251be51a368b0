import { generateKeyPairSync, sign } from "node:crypto";
import type { noPin, pinClaim } from "#server/domain/token/types";
import type { Vault } from "./vault";

/** The public half of a signing key as readers of the key set get it. */
interface PublicSigningKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "ES256";
}

/** A new key for ES256; `privatePem` is for the vault only. */
function generateSigningKey(kid: string): { readonly publicJwk: PublicSigningKey; readonly privatePem: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return {
    publicJwk: { kty: "EC", crv: "P-256", x, y, kid, use: "sig", alg: "ES256" },
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** What making a key takes. */
interface KeyMaker {
  readonly vault: Vault;
  readonly clock: { now(): number };
  readonly newId: (kind: "signingKey") => string;
}

/** A new key of a workspace as it is stored: its private half sealed. Its id is also what tokens name it by. */
export function newSigningKey({ vault, clock, newId }: KeyMaker, workspaceId: string) {
  const id = newId("signingKey");
  const { publicJwk, privatePem } = generateSigningKey(id);
  return { id, workspaceId, kid: id, publicJwk, privateSealed: vault.seal(privatePem, id), createdAt: clock.now() };
}

interface TokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  /** Unix seconds. */
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  /** Whom the token is for, where who fetched it said so. */
  readonly caller?: string;
  readonly [pinClaim]?: typeof noPin;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The claims as a JWT, signed by ES256. */
export function signToken(privatePem: string, kid: string, claims: TokenClaims): string {
  const text = `${part({ alg: "ES256", typ: "JWT", kid })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: privatePem, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}
