import { createHmac } from "node:crypto";
import type { RoutingTrust } from "#server/domain/routing/types";
import type { TokenWish } from "#server/gateway/conformance/types";
import { TestIssuer } from "#server/testing/tokens";

const issuers = { ours: new TestIssuer("sig_1"), provider: new TestIssuer("provider-1", "RS256"), stranger: new TestIssuer("sig_1") };

/** Trust in our own tokens, as the endpoint of that id has it. */
export const tokensTrust = (endpointId: string): RoutingTrust => issuers.ours.trust({ audience: endpointId });
/** Trust in the provider's tokens for those who may score. */
export const peopleTrust: RoutingTrust = issuers.provider.trust({
  issuer: "https://id.example.com",
  audience: "https://score.example.com",
  permission: { claim: "roles", value: "score" },
});

const usual = {
  ours: { iss: "urn:test", aud: "ep_tokens" },
  stranger: { iss: "urn:test", aud: "ep_tokens" },
  provider: { iss: "https://id.example.com", aud: "https://score.example.com", roles: ["score"] },
};

/** The token that a case asks for, as of now. */
export function wireToken({ by = "ours", says = {}, header = {}, ends = 60, begins = 0, form }: TokenWish): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { ...usual[by], nbf: now + begins * 60, exp: now + ends * 60, ...says };
  const token = issuers[by].token(claims, form === "hmac" ? { alg: "HS256", ...header } : header);
  const [head = "", body = ""] = token.split(".");
  if (form === "one part") return head;
  if (form === "two parts") return `${head}.${body}`;
  if (form === "unsigned") return `${head}.${body}.`;
  return form === "hmac" ? `${head}.${body}.${createHmac("sha256", issuers[by].publicPem).update(`${head}.${body}`).digest("base64url")}` : token;
}
