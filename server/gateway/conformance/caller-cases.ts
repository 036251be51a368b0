import type { ScoringErrorName } from "#server/domain/routing/error-codes";
import type { Area, Call, ConformanceCase } from "./types";

const bearer = "A caller sends a current key of the endpoint as `Authorization: Bearer <key>`; the primary and the secondary key are as good.";
const refused = "Anything else is 401 with `www-authenticate: Bearer`, and no model sees it.";
const pinned = "`azureml-model-deployment` chooses a deployment at any weight, also at 0; names are compared in lower case.";
const badPin = "A pin that names no deployment of this endpoint is 404; nothing inside the gateway can be reached by it.";
const taken = "The caller's key never reaches the model.";

const clientKey = "A named client key is as good as the endpoint's own two, within what it may do.";
const mayPin = "Only a client key that may pin chooses a deployment; another is 403, whatever the pin names.";
const ended = "A client key that ended is 401, and is told when it did.";
const quota = "A client key that used up its day's quota is 429 until midnight UTC; `retry-after` says how long.";

const limited = (
  name: string,
  rule: string,
  call: Call,
  code: ScoringErrorName,
  says: Readonly<Record<string, string>>,
  scheme: string | null = null,
): ConformanceCase => ({
  name,
  rule,
  call,
  answer: {
    code,
    says,
    headers: { "www-authenticate": scheme, "azureml-model-deployment": null, "retry-after": code === "KeyQuotaReached" ? /^[1-9][0-9]*$/ : null },
    model: null,
  },
});

const locked = (name: string, call: Call): ConformanceCase => ({
  name,
  rule: refused,
  call,
  answer: { code: "Unauthorized", headers: { "www-authenticate": "Bearer", "azureml-model-deployment": null }, model: null },
});
const header = (name: string, authorization: string | readonly string[]): ConformanceCase => locked(name, { key: null, headers: { authorization } });
/** What the answer says of the endpoint `demo`; what was asked for is repeated in harmless characters only. */
const deployments = "blue, green, hasty, single, tiny, tensor, prefixed, chat, empty, gone";
const nowhere = (name: string, sent: string, pin = sent): ConformanceCase => ({
  name,
  rule: badPin,
  call: { pin: sent },
  answer: {
    code: "DeploymentNotFound",
    says: { by: "azureml-model-deployment is", pin, deployments },
    headers: { "azureml-model-deployment": null },
    model: null,
  },
});

/** Who calls, and which deployment. */
export const callerAreas: readonly Area[] = [
  {
    title: "Keys",
    cases: [
      { name: "The primary key", rule: bearer, call: {}, answer: { status: 200, model: { name: "blue" } } },
      { name: "The secondary key", rule: bearer, call: { key: "key-2" }, answer: { status: 200, model: { name: "blue" } } },
      {
        name: "The scheme in other letters",
        rule: "Names of schemes have no case.",
        call: { key: null, headers: { authorization: "bEARER key-1" } },
        answer: { status: 200 },
      },
      { name: "The key towards the model", rule: taken, call: {}, answer: { status: 200, model: { headers: { authorization: null } } } },
      {
        name: "Credentials for a proxy",
        rule: "`proxy-authorization` is for the next hop, which the gateway is; it goes no further.",
        call: { headers: { "proxy-authorization": "Basic c2VjcmV0" } },
        answer: { status: 200, model: { headers: { "proxy-authorization": null } } },
      },
      locked("No key", { key: null }),
      locked("Another key", { key: "key-3" }),
      locked("The key of another endpoint", { key: "key-other" }),
      locked("The key in other letters", { key: "KEY-1" }),
      locked("The key and one character more", { key: "key-11" }),
      locked("The hash of the key", { key: "0d9bd1c8c6d6b9f2a4b1ef3d1f5a5d0c51cd3c8d8dca5b9bdb7c8c4a6ee0c9d1" }),
      locked("The key in the query", { key: null, path: "/endpoints/demo/score?code=key-1&access_token=key-1" }),
      locked("The key in a cookie", { key: null, headers: { cookie: "authorization=Bearer%20key-1" } }),
      locked("The key in another header", { key: null, headers: { "x-api-key": "key-1", "ocp-apim-subscription-key": "key-1" } }),
      locked("Over HTTP/2", { key: null, over: "h2" }),
      locked("For the description", { key: null, method: "GET", path: "/endpoints/demo/swagger.json" }),
      locked("For a route that is none", { key: null, path: "/endpoints/demo/metrics" }),
      locked("For a deployment that is none", { key: null, pin: "nobody" }),
      header("Another scheme", "Basic key-1"),
      header("No scheme", "key-1"),
      header("No key after the scheme", "Bearer "),
      header("A bar in the key", "Bearer |key-1"),
    ],
  },
  {
    title: "Client keys",
    cases: [
      { name: "A client key", rule: clientKey, call: { key: "slk_free" }, answer: { status: 200, model: { name: "blue", headers: { authorization: null } } } },
      { name: "A client key over HTTP/2", rule: clientKey, call: { key: "slk_free", over: "h2" }, answer: { status: 200, model: { name: "blue" } } },
      { name: "A client key that may pin", rule: mayPin, call: { key: "slk_free", pin: "green" }, answer: { status: 200, model: { name: "green" } } },
      limited("A client key that may not pin", mayPin, { key: "slk_plain", pin: "green" }, "PinNotAllowed", { holder: "key plain" }),
      limited("A pin of nothing with a key that may not pin", mayPin, { key: "slk_plain", pin: "nobody" }, "PinNotAllowed", { holder: "key plain" }),
      limited("A client key that ended", ended, { key: "slk_past" }, "KeyExpired", { key: "past", expiry: "2023-11-14T22:13:20Z" }, "Bearer"),
      {
        name: "A client key that ends later",
        rule: ended,
        call: { key: "slk_later" },
        answer: { status: 200 },
      },
      limited("A client key whose quota is used up", quota, { key: "slk_spent" }, "KeyQuotaReached", { key: "spent", quota: "100" }),
      locked("The client key of another endpoint", { key: "slk_free", path: "/endpoints/other/score" }),
      locked("A client key's name", { key: "batch" }),
      locked("A client key's entry", { key: "batch:cky_batch" }),
      {
        name: "A key's name in headers",
        rule: "No header chooses who calls or what a key may do.",
        call: { key: "slk_plain", headers: { "x-key-name": "batch", "x-sluice-key": "batch", "x-sluice-grant": "batch:cky_batch:0:0:0:0:0:pin" } },
        answer: { status: 200, model: { headers: { "x-key-name": null, "x-sluice-key": null, "x-sluice-grant": null } } },
      },
    ],
  },
  {
    title: "Choosing a deployment",
    cases: [
      {
        name: "No pin",
        rule: "Without a pin the weights decide; the answer names who served.",
        call: {},
        answer: { status: 200, headers: { "azureml-model-deployment": "blue" }, model: { name: "blue" } },
      },
      {
        name: "A pin",
        rule: pinned,
        call: { pin: "green" },
        answer: { status: 200, headers: { "azureml-model-deployment": "green" }, model: { name: "green", headers: { "azureml-model-deployment": "green" } } },
      },
      {
        name: "A pin in capitals",
        rule: pinned,
        call: { pin: "GREEN" },
        answer: { status: 200, headers: { "azureml-model-deployment": "green" }, model: { name: "green" } },
      },
      { name: "A pin over HTTP/2", rule: pinned, call: { pin: "green", over: "h2" }, answer: { status: 200, model: { name: "green" } } },
      {
        name: "A pin on the description",
        rule: pinned,
        call: { pin: "green", method: "GET", path: "/endpoints/demo/swagger.json" },
        answer: { status: 200, model: { name: "green" } },
      },
      {
        name: "A pin in the query",
        rule: "Only the header pins.",
        call: { path: "/endpoints/demo/score?azureml-model-deployment=green" },
        answer: { status: 200, model: { name: "blue" } },
      },
      {
        name: "An endpoint without traffic",
        rule: "Without a positive weight an endpoint is 404, and says what to do.",
        call: { path: "/endpoints/idle/score" },
        answer: { code: "NoTraffic", model: null },
      },
      {
        name: "A pin at an endpoint without traffic",
        rule: pinned,
        call: { path: "/endpoints/idle/score", pin: "sleeper" },
        answer: { status: 200, model: { name: "sleeper" } },
      },
      nowhere("A pin that names nothing", "nobody"),
      nowhere("The deployment of another endpoint", "red"),
      nowhere("A slot of the split", "#a", "?a"),
      nowhere("A slot's letter", "a"),
      nowhere("A way", "../green", "..?green"),
      nowhere("A bar", "green|", "green?"),
      nowhere("A table's entry", "green:dep_blue", "green?dep_blue"),
      nowhere("A command", "green;show", "green?show"),
      nowhere("An empty pin", "", "empty"),
      nowhere("A space", "gre en", "gre?en"),
      nowhere("Two names", "green,blue", "green?blue"),
      nowhere("A star", "*", "?"),
      nowhere("65 characters", "x".repeat(65), "x".repeat(64)),
      nowhere("Characters of JSON and markup", 'a"}\\<b>', "a????b?"),
      nowhere("A backend's name", "dep_green"),
      {
        name: "Two pins",
        rule: badPin,
        call: { headers: { "azureml-model-deployment": ["green", "blue"] } },
        answer: { code: "DeploymentNotFound", says: { by: "azureml-model-deployment is", pin: "green and blue", deployments }, model: null },
      },
      {
        name: "An unknown pin without a key",
        rule: "What there is, only those are told who have a key that may pin.",
        call: { pin: "nobody", key: null },
        answer: { code: "Unauthorized", model: null },
      },
      {
        name: "An unknown pin with a key that may not pin",
        rule: "What there is, only those are told who have a key that may pin.",
        call: { pin: "nobody", key: "slk_plain" },
        answer: { code: "PinNotAllowed", says: { holder: "key plain" }, model: null },
      },
    ],
  },
];
