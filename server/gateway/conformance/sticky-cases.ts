import type { Answered, Area, Call, ConformanceCase } from "./types";

const stays = "The same value of the chosen header, cookie or claim goes to the same deployment, on every gateway, as long as the split stays.";
const drawn = "Without the value a call is drawn like any other.";
const ofItsOwn = "A claim counts where it is a text or a number of the token's own, not of something within it.";
const given = "Where the endpoint asks for it, who comes without the cookie gets one, and stays where that first call went.";
const pinned = "A pin goes before it.";

const steady = (name: string, rule: string, more: Call, answer: Answered): ConformanceCase => ({
  name,
  rule,
  call: { path: "/endpoints/steady/score", ...more },
  answer,
});
const by = (name: string, session: string, deployment: string, rule = stays): ConformanceCase =>
  steady(name, rule, { headers: { "x-session": session } }, { status: 200, model: { name: deployment, headers: { "x-session": session } } });
const cookied = (name: string, cookie: string, deployment: string): ConformanceCase => ({
  name,
  rule: stays,
  call: { path: "/endpoints/cookied/score", headers: { cookie } },
  answer: { status: 200, headers: { "set-cookie": null }, model: { name: deployment } },
});
const claimed = (name: string, says: Readonly<Record<string, unknown>>, deployment: string | RegExp, rule = stays): ConformanceCase => ({
  name,
  rule,
  call: { path: "/endpoints/claimed/score", token: { says: { aud: "ep_claimed", ...says } } },
  answer: { status: 200, headers: { "azureml-model-deployment": deployment, "set-cookie": null } },
});
const anyClaimed = /^claimed-(blue|green)$/;
const fresh = (path: string) => new RegExp(`^sid=[0-9a-f-]{36}; Max-Age=2592000; HttpOnly; SameSite=Lax; Path=${path}; Secure$`);

/** Who stays with a deployment, and who does not. */
export const stickyAreas: readonly Area[] = [
  {
    title: "Callers that stay with their deployment",
    cases: [
      by("A header's value", "ada", "steady-blue"),
      by("Another value", "bob", "steady-green"),
      steady("No value", drawn, {}, { status: 200, headers: { "set-cookie": null, "azureml-model-deployment": /^steady-(blue|green)$/ } }),
      steady("A value in another header", drawn, { headers: { "x-other": "x-session: ada" } }, { status: 200 }),
      steady("A pin", pinned, { pin: "steady-green", headers: { "x-session": "ada" } }, { status: 200, model: { name: "steady-green" } }),
      cookied("A cookie's value", "sid=ada", "cookied-green"),
      cookied("A cookie among others", "a=1; sid=ada; xsid=2", "cookied-green"),
      cookied("A cookie with a name that ends alike", "xsid=x; sid=ada", "cookied-green"),
      claimed("A claim's value", { team: "ada" }, "claimed-blue"),
      claimed("A claim's other value", { team: "bob" }, "claimed-green"),
      claimed("A claim that is a number", { team: 7 }, "claimed-green"),
      claimed("A text that reads like the claim", { note: '{"team":"bob","x":"', nick: 'x","team":"bob', team: "ada" }, "claimed-blue"),
      claimed("A claim with a name that ends alike", { steam: "bob", team: "ada" }, "claimed-blue"),
      claimed("A text that is the claim's name", { kind: "team", kinds: ["team"], team: "ada" }, "claimed-blue"),
      claimed("The claim within another first", { user: { team: "bob", of: [{ team: "bob" }] }, team: "ada" }, "claimed-blue", ofItsOwn),
      claimed("The claim within another only", { user: { team: "ada" } }, anyClaimed, ofItsOwn),
      claimed("A list for a claim", { team: ["ada", "bob"] }, anyClaimed, ofItsOwn),
      claimed("Null for a claim, and one within another", { team: null, user: { team: "ada" } }, anyClaimed, ofItsOwn),
      claimed("An empty text for a claim", { team: "" }, anyClaimed, ofItsOwn),
      claimed("Without the claim", {}, anyClaimed, drawn),
      {
        name: "A key where a claim is asked for",
        rule: drawn,
        call: { path: "/endpoints/claimed/score", key: "key-1" },
        answer: { status: 200, headers: { "azureml-model-deployment": anyClaimed } },
      },
      {
        name: "No cookie",
        rule: given,
        call: { path: "/endpoints/cookied/score" },
        answer: { status: 200, headers: { "set-cookie": fresh("/endpoints/cookied") } },
      },
      {
        name: "No cookie, by host name",
        rule: given,
        call: { path: "/score", headers: { host: "cookied.endpoints.example.com" } },
        answer: { status: 200, headers: { "set-cookie": fresh("/") } },
      },
      {
        name: "No cookie and a pin",
        rule: pinned,
        call: { path: "/endpoints/cookied/score", pin: "cookied-blue" },
        answer: { status: 200, headers: { "set-cookie": null } },
      },
    ],
  },
];
