import type { Answered, Area, Call, ConformanceCase } from "./types";

const paths = "An endpoint's address is `/endpoints/<name>` and a route; names are compared in lower case.";
const hosts =
  "`<name>.<domain>` is the same endpoint, with its routes at the root; a path that begins with `/endpoints/` means what it says at any host. The domain here is `endpoints.example.com`.";
const domains = "A domain that an endpoint has of its own is the same endpoint, with its routes at the root; here `hosted` has `score.acme.example`.";
const unknown = "An unknown endpoint is 404, with and without a key, so that nobody learns names by keys.";
const routes = "Past the gateway go the scoring route, what the environment declares beside it, and GET /swagger.json; all else is 404.";
const scoring = "/score reaches the scoring route that the deployment declares, wherever that lies in the container.";
const prefix = "Below a declared prefix everything passes as it is, but nothing that a server could read as a way out of it.";

const reaches = (name: string, rule: string, path: string, url: string, more: { pin?: string; method?: string } = {}): ConformanceCase => {
  const { pin, method = "POST" } = more;
  return { name, rule, call: { path, method, ...(pin === undefined ? {} : { pin }) }, answer: { status: 200, model: { url, method } } };
};
const noRoute = (name: string, rule: string, path: string, more: { pin?: string; method?: string } = {}): ConformanceCase => ({
  name,
  rule,
  call: { path, ...more },
  answer: { code: "RouteNotFound", model: null },
});
const noEndpoint = (name: string, path: string, key: string | null = "key-1"): ConformanceCase => ({
  name,
  rule: unknown,
  call: { path, key },
  answer: { code: "EndpointNotFound", headers: { "azureml-model-deployment": null }, model: null },
});

const byHost = (name: string, host: string, path: string, answer: Answered, more: Call = {}): ConformanceCase => ({
  name,
  rule: hosts,
  call: { path, ...more, headers: { [more.over === "h2" ? ":authority" : "host"]: host } },
  answer,
});
const owned = (name: string, host: string, path: string, answer: Answered, more: Call = {}): ConformanceCase => ({
  ...byHost(name, host, path, answer, more),
  rule: domains,
});
const unknownHost = (name: string, host: string): ConformanceCase => byHost(name, host, "/score", { code: "EndpointNotFound", model: null });

/** Which path leads where. */
export const routingAreas: readonly Area[] = [
  {
    title: "Addresses of endpoints",
    cases: [
      reaches("The scoring address", paths, "/endpoints/demo/score", "/score"),
      reaches("The name in capitals", paths, "/endpoints/DEMO/score", "/score"),
      reaches("A query string", "The query string passes to the model as it is.", "/endpoints/demo/score?verbose=1&a=%20b", "/score?verbose=1&a=%20b"),
      reaches(
        "A query that looks like a path",
        "The query string takes no part in routing.",
        "/endpoints/demo/score?/endpoints/other/score",
        "/score?/endpoints/other/score",
      ),
      {
        name: "Another endpoint with its own key",
        rule: paths,
        call: { path: "/endpoints/other/score", key: "key-other" },
        answer: { status: 200, model: { name: "red" } },
      },
      noEndpoint("An unknown endpoint", "/endpoints/nobody/score"),
      noEndpoint("An unknown endpoint without a key", "/endpoints/nobody/score", null),
      noEndpoint("The root", "/"),
      noEndpoint("The scoring route without an endpoint", "/score"),
      noEndpoint("No name", "/endpoints/"),
      noEndpoint("An empty name", "/endpoints//score"),
      noEndpoint("The folder in capitals", "/ENDPOINTS/demo/score"),
      noEndpoint("The folder's first letter encoded", "/%65ndpoints/demo/score"),
      noEndpoint("The name encoded", "/endpoints/%64emo/score"),
      noEndpoint("A doubled slash in front", "//endpoints/demo/score"),
      noEndpoint("A bar after the name", "/endpoints/demo|x/score"),
      noEndpoint("A semicolon after the name", "/endpoints/demo;x/score"),
      noEndpoint("A zero byte after the name, encoded", "/endpoints/demo%00/score"),
      noEndpoint("A dot segment before the name", "/endpoints/./demo/score"),
      noEndpoint("The way through another endpoint", "/endpoints/../endpoints/demo/score"),
      noEndpoint("A name of 300 characters", `/endpoints/${"x".repeat(300)}/score`),
    ],
  },
  {
    title: "Addresses by host name",
    cases: [
      byHost("The scoring route", "demo.endpoints.example.com", "/score?a=1", { status: 200, model: { name: "blue", url: "/score?a=1" } }),
      byHost("With a port", "demo.endpoints.example.com:8443", "/score", { status: 200, model: { name: "blue" } }),
      byHost("In capitals", "DEMO.Endpoints.Example.Com", "/score", { status: 200, model: { name: "blue" } }),
      byHost("Over HTTP/2", "demo.endpoints.example.com", "/score", { status: 200, model: { name: "blue", url: "/score" } }, { over: "h2" }),
      byHost("Another endpoint with its own key", "other.endpoints.example.com", "/score", { status: 200, model: { name: "red" } }, { key: "key-other" }),
      byHost("Another endpoint's key", "other.endpoints.example.com", "/score", { code: "Unauthorized", model: null }),
      byHost("Without a key", "demo.endpoints.example.com", "/score", { code: "Unauthorized", model: null }, { key: null }),
      byHost("The description", "demo.endpoints.example.com", "/swagger.json", { status: 200, model: { url: "/swagger.json" } }, { method: "GET" }),
      byHost(
        "Below a declared prefix",
        "demo.endpoints.example.com",
        "/v2/models/m/ready",
        { status: 200, model: { url: "/v2/models/m/ready" } },
        {
          pin: "prefixed",
          method: "GET",
        },
      ),
      byHost("A route that nobody declares", "demo.endpoints.example.com", "/metrics", { code: "RouteNotFound", model: null }, { method: "GET" }),
      byHost("A dot segment", "demo.endpoints.example.com", "/../score", { code: "RouteNotFound", model: null }),
      byHost("A path that names another endpoint", "other.endpoints.example.com", "/endpoints/demo/score", { status: 200, model: { name: "blue" } }),
      unknownHost("An unknown name", "nobody.endpoints.example.com"),
      unknownHost("The domain itself", "endpoints.example.com"),
      unknownHost("A name below the endpoint's", "x.demo.endpoints.example.com"),
      unknownHost("Another domain", "demo.example.com"),
      unknownHost("A domain that ends alike", "demo.endpoints.example.com.example.org"),
      unknownHost("A bar in the name", "demo|x.endpoints.example.com"),
      unknownHost("An empty name", ".endpoints.example.com"),
    ],
  },
  {
    title: "An endpoint's own domain",
    cases: [
      owned("The scoring route", "score.acme.example", "/score?a=1", { status: 200, model: { name: "hosted-blue", url: "/score?a=1" } }),
      owned("With a port and in capitals", "Score.ACME.example:8443", "/score", { status: 200, model: { name: "hosted-blue" } }),
      owned("Over HTTP/2", "score.acme.example", "/score", { status: 200, model: { name: "hosted-blue" } }, { over: "h2" }),
      owned("Without a key", "score.acme.example", "/score", { code: "Unauthorized", model: null }, { key: null }),
      owned("A route that nobody declares", "score.acme.example", "/metrics", { code: "RouteNotFound", model: null }),
      owned("A path that names another endpoint", "score.acme.example", "/endpoints/demo/score", { status: 200, model: { name: "blue" } }),
      owned("A name below it", "x.score.acme.example", "/score", { code: "EndpointNotFound", model: null }),
      owned("The name above it", "acme.example", "/score", { code: "EndpointNotFound", model: null }),
      owned("A deployment before it", "hosted-blue--score.acme.example", "/score", { code: "EndpointNotFound", model: null }),
      owned("A bar after it", "score.acme.example|x", "/score", { code: "EndpointNotFound", model: null }),
    ],
  },
  {
    title: "Routes",
    cases: [
      reaches("The description", routes, "/endpoints/demo/swagger.json", "/swagger.json", { method: "GET" }),
      reaches("A version of the description", routes, "/endpoints/demo/swagger.json?version=3", "/swagger.json?version=3", { method: "GET" }),
      noRoute("A write to the description", routes, "/endpoints/demo/swagger.json"),
      noRoute("The endpoint itself", routes, "/endpoints/demo"),
      noRoute("The endpoint's folder", routes, "/endpoints/demo/", { method: "GET" }),
      noRoute("The model's liveness", routes, "/endpoints/demo/health/live", { method: "GET" }),
      noRoute("The model's metrics", routes, "/endpoints/demo/metrics", { method: "GET" }),
      noRoute("Below the scoring route", routes, "/endpoints/demo/score/x"),
      noRoute("The scoring route with a slash", routes, "/endpoints/demo/score/"),
      noRoute("The scoring route in capitals", routes, "/endpoints/demo/SCORE"),
      noRoute("The scoring route encoded", routes, "/endpoints/demo/%73core"),
      noRoute("A parameter after the scoring route", routes, "/endpoints/demo/score;x=1"),
      noRoute("A doubled slash before the route", routes, "/endpoints/demo//score"),
      noRoute("A dot segment before the route", routes, "/endpoints/demo/./score"),
      noRoute("The way into another endpoint", routes, "/endpoints/demo/../other/score"),
      noRoute("The way into another endpoint, encoded", routes, "/endpoints/demo/%2e%2e/other/score"),
      noRoute("The way into another endpoint by one encoded segment", routes, "/endpoints/demo/..%2fother%2fscore"),
      reaches("/score for a route elsewhere", scoring, "/endpoints/demo/score", "/v1/models/half:predict", { pin: "tensor" }),
      reaches("The declared scoring route itself", scoring, "/endpoints/demo/v1/models/half:predict", "/v1/models/half:predict", { pin: "tensor" }),
      reaches("A further declared route", routes, "/endpoints/demo/v1/models/half/metadata?x=1", "/v1/models/half/metadata?x=1", {
        pin: "tensor",
        method: "GET",
      }),
      noRoute("Above a declared route", routes, "/endpoints/demo/v1/models/half", { pin: "tensor", method: "GET" }),
      noRoute("A route that only another deployment declares", routes, "/endpoints/demo/v2/health/ready", { pin: "tensor", method: "GET" }),
    ],
  },
  {
    title: "Prefixes",
    cases: [
      reaches("The prefix itself", prefix, "/endpoints/demo/v2", "/v2", { pin: "prefixed", method: "GET" }),
      reaches("Below it", prefix, "/endpoints/demo/v2/models/m/ready", "/v2/models/m/ready", { pin: "prefixed", method: "GET" }),
      reaches("Below it by another method", prefix, "/endpoints/demo/v2/repository/index", "/v2/repository/index", { pin: "prefixed" }),
      noRoute("A name that begins alike", prefix, "/endpoints/demo/v20/models", { pin: "prefixed", method: "GET" }),
      noRoute("Beside it", prefix, "/endpoints/demo/metrics", { pin: "prefixed", method: "GET" }),
      noRoute("Out of it", prefix, "/endpoints/demo/v2/../metrics", { pin: "prefixed", method: "GET" }),
      noRoute("Out of it, encoded", prefix, "/endpoints/demo/v2/%2e%2e/metrics", { pin: "prefixed", method: "GET" }),
      noRoute("Out of it, encoded twice over", prefix, "/endpoints/demo/v2/%2e%2e%2fmetrics", { pin: "prefixed", method: "GET" }),
      noRoute("Out of it by an encoded slash", prefix, "/endpoints/demo/v2/..%2fmetrics", { pin: "prefixed", method: "GET" }),
      noRoute("Out of it by backslashes", prefix, "/endpoints/demo/v2/%5c..%5cmetrics", { pin: "prefixed", method: "GET" }),
      noRoute("A doubled slash below it", prefix, "/endpoints/demo/v2//metrics", { pin: "prefixed", method: "GET" }),
      noRoute("Its end by a dot segment", prefix, "/endpoints/demo/v2/..", { pin: "prefixed", method: "GET" }),
      reaches("The prefix / and a route", prefix, "/endpoints/demo/v1/models", "/v1/models", { pin: "chat", method: "GET" }),
      reaches("The prefix / itself", prefix, "/endpoints/demo/", "/", { pin: "chat", method: "GET" }),
      reaches("Dots inside a name", prefix, "/endpoints/demo/v1/files/a.b..c", "/v1/files/a.b..c", { pin: "chat", method: "DELETE" }),
      reaches("A character outside ASCII, encoded", prefix, "/endpoints/demo/v1/files/%C3%A9", "/v1/files/%C3%A9", { pin: "chat", method: "GET" }),
    ],
  },
  {
    title: "Methods",
    cases: [
      ...["GET", "PUT", "PATCH", "DELETE"].map((method) =>
        reaches(`${method} to the scoring route`, "The method of a scoring call is the model's business.", "/endpoints/demo/score", "/score", { method }),
      ),
      {
        name: "HEAD",
        rule: "An answer to HEAD has headers and no body.",
        call: { method: "HEAD" },
        answer: { status: 200, text: "", model: { method: "HEAD" } },
      },
      {
        name: "OPTIONS of a browser",
        rule: "Unless an endpoint allows origins, a preflight is an ordinary call, and needs a key.",
        call: { method: "OPTIONS", key: null, headers: { origin: "https://app.example", "access-control-request-method": "POST" } },
        answer: { code: "Unauthorized", headers: { "access-control-allow-origin": null, "access-control-allow-methods": null }, model: null },
      },
      {
        name: "OPTIONS with a key",
        rule: "A model may answer OPTIONS itself.",
        call: { method: "OPTIONS", headers: { origin: "https://app.example" } },
        answer: { status: 200, headers: { "access-control-allow-origin": null }, model: { method: "OPTIONS" } },
      },
      {
        name: "A call with an origin",
        rule: "The gateway answers no origin by reflection.",
        call: { headers: { origin: "https://app.example" } },
        answer: { status: 200, headers: { "access-control-allow-origin": null } },
      },
      {
        name: "TRACE",
        rule: "No answer shows a caller what the gateway sent: the key is gone before any model could echo it.",
        call: { method: "TRACE", body: null },
        answer: { status: 200, model: { method: "TRACE", headers: { authorization: null } } },
      },
    ],
  },
];
