import type { Answered, Area, Call, ConformanceCase } from "./types";

const chosen =
  "Where the endpoint allows it, `<deployment>--<endpoint>` stands for its name, in the path, in the host name, or in both, and chooses the deployment.";
const off = "Elsewhere such an address is an unknown endpoint's, with and without a key; routing says which parts of addresses may pin.";
const alike = "A pin by address has the rules of the header's: the same keys may pin, and an unknown deployment is 404 with those there are.";
const once = "Address and header may name the same deployment, not two.";

const hosted = "aimed-green--aimed.endpoints.example.com";
const deployments = "aimed-blue, aimed-green";
const path = "/endpoints/aimed-green--aimed/score";
const green: Answered = {
  status: 200,
  headers: { "azureml-model-deployment": "aimed-green", "set-cookie": null },
  model: { name: "aimed-green", headers: { "azureml-model-deployment": "aimed-green" } },
};
const nowhere: Answered = { code: "EndpointNotFound", headers: { "azureml-model-deployment": null }, model: null };
const missing = (pin: string, by = "The address names"): Answered => ({ code: "DeploymentNotFound", says: { by, pin, deployments }, model: null });

const byPath = (name: string, rule: string, call: Call, answer: Answered): ConformanceCase => ({ name, rule, call: { path, ...call }, answer });
const byHost = (name: string, rule: string, host: string, call: Call, answer: Answered): ConformanceCase => ({
  name,
  rule,
  call: { path: "/score", ...call, headers: { ...call.headers, [call.over === "h2" ? ":authority" : "host"]: host } },
  answer,
});
const unknown = (name: string, label: string, rule = off): ConformanceCase => byPath(name, rule, { path: `/endpoints/${label}/score` }, nowhere);

/** Deployments that are chosen by an address. `aimed` allows both parts, `pathed` the path alone, `hosted` the host alone. */
export const addressPinAreas: readonly Area[] = [
  {
    title: "Addresses of deployments",
    cases: [
      byPath("By path", chosen, {}, green),
      byPath("By path, in capitals", chosen, { path: "/endpoints/Aimed-Green--AIMED/score" }, green),
      byPath("By path, the description", chosen, { path: "/endpoints/aimed-green--aimed/swagger.json", method: "GET" }, { ...green }),
      byPath("By path, another route", chosen, { path: "/endpoints/aimed-green--aimed/metrics" }, { code: "RouteNotFound", model: null }),
      byPath("By path, a query", chosen, { path: `${path}?a=1` }, { status: 200, model: { name: "aimed-green", url: "/score?a=1" } }),
      byHost("By host name", chosen, hosted, {}, green),
      byHost("By host name, with a port and in capitals", chosen, "Aimed-Green--AIMED.endpoints.example.com:8443", {}, green),
      byHost("By host name over HTTP/2", chosen, hosted, { over: "h2" }, green),
      byHost(
        "A path that names another endpoint",
        "The path goes before the host name.",
        hosted,
        { path: "/endpoints/demo/score" },
        { status: 200, model: { name: "blue" } },
      ),
      byPath("The endpoint's own address", chosen, { path: "/endpoints/aimed/score" }, { status: 200, model: { name: "aimed-blue" } }),
      byPath("Without a key", alike, { key: null }, { code: "Unauthorized", model: null }),
      byPath("Another endpoint's key", alike, { key: "key-other" }, { code: "Unauthorized", model: null }),
      byPath("A key that may pin", alike, { key: "slk_free" }, green),
      byPath("A key that may not pin", alike, { key: "slk_plain" }, { code: "PinNotAllowed", says: { holder: "key plain" }, model: null }),
      byHost(
        "A key that may not pin, by host name",
        alike,
        hosted,
        { key: "slk_plain" },
        { code: "PinNotAllowed", says: { holder: "key plain" }, model: null },
      ),
      byPath(
        "A key that may not pin at an unknown deployment",
        alike,
        { path: "/endpoints/nobody--aimed/score", key: "slk_plain" },
        { code: "PinNotAllowed", says: { holder: "key plain" }, model: null },
      ),
      byPath("An unknown deployment", alike, { path: "/endpoints/nobody--aimed/score" }, missing("nobody")),
      byPath("An unknown deployment without a key", alike, { path: "/endpoints/nobody--aimed/score", key: null }, { code: "Unauthorized", model: null }),
      byHost("An unknown deployment by host name", alike, "nobody--aimed.endpoints.example.com", {}, missing("nobody")),
      byPath("Another endpoint's deployment", alike, { path: "/endpoints/blue--aimed/score" }, missing("blue")),
      byPath("The same in the header", once, { pin: "AIMED-green" }, green),
      byPath("Another one in the header", once, { pin: "aimed-blue" }, missing("aimed-green and aimed-blue", "The call names")),
      byPath("Nothing in the header", once, { pin: "" }, missing("aimed-green and empty", "The call names")),
      byPath("By path where the host alone may pin", off, { path: "/endpoints/hosted-blue--hosted/score" }, nowhere),
      byHost(
        "By host name where the host alone may pin",
        chosen,
        "hosted-blue--hosted.endpoints.example.com",
        {},
        { status: 200, model: { name: "hosted-blue" } },
      ),
      byHost("By host name where the path alone may pin", off, "pathed-blue--pathed.endpoints.example.com", {}, nowhere),
      byPath("By path where the path alone may pin", chosen, { path: "/endpoints/pathed-blue--pathed/score" }, { status: 200, model: { name: "pathed-blue" } }),
      unknown("An endpoint that allows neither", "green--demo"),
      byPath("An endpoint that allows neither, without a key", off, { path: "/endpoints/green--demo/score", key: null }, nowhere),
      unknown("An unknown endpoint", "aimed-green--nobody"),
      unknown("No deployment", "--aimed"),
      unknown("No endpoint", "aimed-green--"),
      unknown("Dashes alone", "----"),
      unknown("Three parts", "aimed-blue--aimed-green--aimed"),
      unknown("Three dashes", "aimed-green---aimed"),
      unknown("The dashes encoded", "aimed-green%2d%2daimed"),
      unknown("A bar in the name", "aimed-green--aimed|path"),
      unknown("A slot of the split", "%23a--aimed"),
      unknown("The option's own entry", "aimed|path"),
    ],
  },
];
