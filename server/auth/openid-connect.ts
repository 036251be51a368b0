import type { Profile } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import type { Settings } from "#server/kernel/env";
import type { ProviderProfile } from "./provider-sign-in";

/** Claims of the ID token and of the userinfo endpoint, as they came. */
interface Claims {
  readonly iss?: unknown;
  readonly sub?: unknown;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly name?: unknown;
}

const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
/** Some providers send the word instead of the value. */
const truth = (value: unknown): boolean | null => (value === true || value === "true" ? true : value === false || value === "false" ? false : null);

/** The claims of an ID token whose signature, issuer, audience and nonce next-auth has just checked. */
function claimsOf(idToken: string | undefined): Profile {
  const payload = idToken?.split(".")[1];
  if (payload === undefined) throw new Error("the provider sent no ID token");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Profile;
}

/** Next-auth's provider for any OIDC issuer, by its discovery document. */
export function openIdConnect(oidc: NonNullable<Settings["oidc"]>): OAuthConfig<Profile> {
  return {
    id: "oidc",
    name: oidc.name,
    type: "oauth",
    wellKnown: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    authorization: { params: { scope: "openid email profile" } },
    // By the standard, e-mail and name come from the userinfo endpoint; only some providers put them into the ID token as well.
    userinfo: {
      async request({ tokens, client }) {
        const claims = claimsOf(tokens.id_token);
        if (client.issuer.metadata.userinfo_endpoint === undefined || tokens.access_token === undefined) return claims;
        const asked = await client.userinfo(tokens.access_token);
        if (asked.sub !== claims.sub) throw new Error("the userinfo endpoint answered for somebody else");
        return { ...asked, ...claims };
      },
    },
    profile: (profile) => ({ id: text(profile.sub), email: text(profile.email), name: text(profile.name) }),
  };
}

/** What we use of the claims. */
export function profileOf(profile: Profile | undefined): ProviderProfile {
  const claims: Claims = profile ?? {};
  const email = text(claims.email).toLowerCase();
  return {
    issuer: text(claims.iss),
    subject: text(claims.sub),
    email: email.length <= 320 && email.includes("@") ? email : "",
    emailVerified: truth(claims.email_verified),
    name: (text(claims.name) || email || text(claims.sub)).slice(0, 200),
  };
}
