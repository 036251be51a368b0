import type { ScoringErrorName } from "#server/domain/routing/error-codes";
import type { Area, Call, ConformanceCase } from "./types";

const taken = "In a token mode a caller sends a token of the issuer that the endpoint trusts, in the key's place; it never reaches the model.";
const chosen = "The endpoint and the key's id say which key, and the key says which algorithm; a token chooses neither. Anything else is 401.";
const meant = "`iss` and `aud` must be the endpoint's; `aud` may be a list.";
const timely = "`exp` is needed and `nbf` is not; clocks may differ by 5 minutes.";
const allowed = "Where a permission is asked for, the claim must be it or hold it; otherwise 403.";
const unpinned = "A token that is fetched for somebody else's hands may choose no deployment, unless it is fetched with `mayPin`.";
const both = "While a mode changes, what counted before goes on beside the new one.";

const invalid = 'Bearer error="invalid_token"';
const tokens = (call: Partial<Call>): Call => ({ path: "/endpoints/tokens/score", ...call });
const people = (says?: Readonly<Record<string, unknown>>): Call => ({
  path: "/endpoints/people/score",
  token: { by: "provider", ...(says === undefined ? {} : { says }) },
});

const passes = (name: string, rule: string, call: Call, model: string): ConformanceCase => ({
  name,
  rule,
  call,
  answer: { status: 200, model: { name: model, headers: { authorization: null } } },
});
const refused = (name: string, rule: string, call: Call, code: ScoringErrorName): ConformanceCase => ({
  name,
  rule,
  call,
  answer: {
    code,
    headers: {
      "www-authenticate": code === "ScoreNotAllowed" ? 'Bearer error="insufficient_scope"' : code === "Unauthorized" ? "Bearer" : invalid,
      "azureml-model-deployment": null,
    },
    model: null,
  },
});
const held = { sluice_pin: "no" };
const past = { exp: 1_700_000_000 };

/** Callers with signed tokens. */
export const tokenAreas: readonly Area[] = [
  {
    title: "Tokens",
    cases: [
      passes("A token", taken, tokens({ token: {} }), "violet"),
      passes("A token over HTTP/2", taken, tokens({ token: {}, over: "h2" }), "violet"),
      passes("A token of a provider, by RS256", taken, people(), "indigo"),
      refused("No token", taken, tokens({ key: null }), "Unauthorized"),
      refused("A key in a token mode", taken, tokens({ key: "key-1" }), "TokenInvalid"),
      refused("A token in key mode", taken, { token: {} }, "Unauthorized"),
      refused("A stranger's key under our key's id", chosen, tokens({ token: { by: "stranger" } }), "TokenInvalid"),
      refused("The provider's token where ours is asked for", chosen, tokens({ token: { by: "provider" } }), "TokenInvalid"),
      refused("An unknown key's id", chosen, tokens({ token: { header: { kid: "sig_2" } } }), "TokenInvalid"),
      refused("The algorithm none", chosen, tokens({ token: { header: { alg: "none" } } }), "TokenInvalid"),
      refused("The algorithm none and no signature", chosen, tokens({ token: { header: { alg: "none" }, form: "unsigned" } }), "TokenInvalid"),
      refused("The public key as a secret", chosen, tokens({ token: { form: "hmac" } }), "TokenInvalid"),
      refused("Another algorithm than the key's", chosen, tokens({ token: { header: { alg: "RS256" } } }), "TokenInvalid"),
      refused("No signature", chosen, tokens({ token: { form: "unsigned" } }), "TokenInvalid"),
      refused("A dot missing", chosen, tokens({ token: { form: "two parts" } }), "TokenInvalid"),
      refused("Both dots missing", chosen, tokens({ token: { form: "one part" } }), "TokenInvalid"),
      refused("A token for another endpoint", meant, { path: "/endpoints/moving/score", token: {} }, "TokenNotForEndpoint"),
      refused("Another issuer", meant, tokens({ token: { says: { iss: "urn:other" } } }), "TokenNotForEndpoint"),
      passes("Several audiences", meant, tokens({ token: { says: { aud: ["ep_other", "ep_tokens"] } } }), "violet"),
      refused("Several audiences of others", meant, tokens({ token: { says: { aud: ["ep_other", "ep_demo"] } } }), "TokenNotForEndpoint"),
      passes("An end within the leeway", timely, tokens({ token: { ends: -4 } }), "violet"),
      passes("A begin within the leeway", timely, tokens({ token: { begins: 4 } }), "violet"),
      refused("A begin in the future", timely, tokens({ token: { begins: 6 } }), "TokenNotYetValid"),
      {
        name: "An end in the past",
        rule: timely,
        call: tokens({ token: { says: past } }),
        answer: { code: "TokenExpired", says: { end: "2023-11-14T22:13:20Z" }, headers: { "www-authenticate": invalid }, model: null },
      },
      passes("One permission of several", allowed, people({ roles: ["read", "score"] }), "indigo"),
      passes("The permission as a text", allowed, people({ roles: "score" }), "indigo"),
      refused("Other permissions", allowed, people({ roles: ["read", "scores"] }), "ScoreNotAllowed"),
      refused("No permission", allowed, people({ roles: [] }), "ScoreNotAllowed"),
      passes("A token with a pin", unpinned, tokens({ token: {}, pin: "violet" }), "violet"),
      passes("A token that may not pin", unpinned, tokens({ token: { says: held } }), "violet"),
      {
        name: "A token that may not pin with a pin",
        rule: unpinned,
        call: tokens({ token: { says: held }, pin: "violet" }),
        answer: { code: "PinNotAllowed", says: { holder: "token" }, headers: { "www-authenticate": null }, model: null },
      },
      passes("A key while the mode changes", both, { path: "/endpoints/moving/score" }, "olive"),
      passes("A token while the mode changes", both, { path: "/endpoints/moving/score", token: { says: { aud: "ep_moving" } } }, "olive"),
      refused("Neither while the mode changes", both, { path: "/endpoints/moving/score", key: "key-2" }, "TokenInvalid"),
    ],
  },
];
