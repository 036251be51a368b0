import type { Answered, Area, Call, ConformanceCase } from "./types";

const off = "An endpoint that allows no origin answers browsers like everybody else: nothing is added and nothing taken away.";
const asked = "The gateway answers a preflight itself, without a key, when its origin is allowed; no model sees it.";
const stranger = "A preflight of an origin that is not allowed is refused with words for the page's developer.";
const called = "Answers to an allowed origin say so, and name what the page may read beside the body.";
const failed = "Errors of ours too, so that the page can read them.";
const varies = "Whoever keeps answers is told that they differ by origin, unless any origin may call.";
const noCredentials = "Credentials of the browser's own are never allowed: a page sends a key.";

const app = "https://app.example";
const evil = "https://evil.example";
const exposed =
  "x-request-id,x-ms-request-id,x-ms-client-request-id,x-ms-error-code,azureml-model-deployment,ms-azureml-queue-time,ms-azureml-model-time,ms-azureml-model-error-statuscode,ms-azureml-model-error-reason,ms-azureml-bandwidth-request-delay-ms,ms-azureml-bandwidth-response-delay-ms,retry-after";
const silent = { "access-control-allow-origin": null, "access-control-allow-methods": null, "access-control-expose-headers": null };

const preflight = (name: string, rule: string, endpoint: string, origin: string, answer: Answered): ConformanceCase => ({
  name,
  rule,
  call: {
    method: "OPTIONS",
    path: `/endpoints/${endpoint}/score`,
    key: null,
    body: null,
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type" },
  },
  answer: { model: null, ...answer },
});
const call = (name: string, rule: string, answer: Answered, more: Call = {}, origin: string | null = app): ConformanceCase => ({
  name,
  rule,
  call: { path: "/endpoints/web/score", ...more, headers: { ...(origin === null ? {} : { origin }), ...more.headers } },
  answer,
});
const may = (origin: string) => ({ "access-control-allow-origin": origin, "access-control-allow-credentials": null });

/** Pages of other origins as callers. */
export const browserAreas: readonly Area[] = [
  {
    title: "Browsers of other origins",
    cases: [
      preflight("A preflight where no origin is allowed", off, "demo", app, { code: "Unauthorized", headers: { ...silent, vary: null } }),
      preflight("A preflight of an allowed origin", asked, "web", app, {
        status: 204,
        text: "",
        headers: {
          ...may(app),
          "access-control-allow-methods": "GET,POST",
          "access-control-allow-headers": "authorization,content-type",
          "access-control-max-age": "600",
          vary: "Origin",
        },
      }),
      preflight("A preflight of an allowed origin with a port", asked, "web", "http://localhost:3000", { status: 204, headers: may("http://localhost:3000") }),
      preflight("A preflight where any origin is allowed", asked, "open", evil, { status: 204, headers: { ...may("*"), vary: null } }),
      preflight("A preflight of another origin", stranger, "web", evil, { code: "OriginNotAllowed", headers: { ...silent, vary: "Origin" } }),
      preflight("A preflight of an origin that begins alike", stranger, "web", `${app}.evil.example`, { code: "OriginNotAllowed", headers: silent }),
      preflight("A preflight of an allowed host without TLS", stranger, "web", "http://app.example", { code: "OriginNotAllowed", headers: silent }),
      preflight("A preflight of no origin", stranger, "web", "null", { code: "OriginNotAllowed", headers: silent }),
      preflight("A preflight with a table's entry for origin", stranger, "web", "x|https://app.example", { code: "OriginNotAllowed", headers: silent }),
      preflight("A preflight to an unknown endpoint", "Nobody learns names by preflights.", "nobody", app, { code: "EndpointNotFound", headers: silent }),
      {
        name: "A preflight by host name",
        rule: asked,
        call: {
          method: "OPTIONS",
          path: "/score",
          key: null,
          body: null,
          headers: { host: "web.endpoints.example.com", origin: app, "access-control-request-method": "POST" },
        },
        answer: { status: 204, headers: may(app), model: null },
      },
      call(
        "OPTIONS that is no preflight",
        "Without a method that is asked for, OPTIONS is an ordinary call.",
        { code: "Unauthorized", model: null },
        { method: "OPTIONS", key: null },
      ),
      call("A call of an allowed origin", called, {
        status: 200,
        headers: { ...may(app), "access-control-expose-headers": exposed, vary: "Origin" },
        model: { name: "web-blue" },
      }),
      call(
        "A call where any origin is allowed",
        called,
        { status: 200, headers: { ...may("*"), "access-control-expose-headers": `${exposed},x-model`, vary: null } },
        { path: "/endpoints/open/score" },
        evil,
      ),
      call(
        "A call of another origin",
        "It passes as any caller's, and the browser keeps the answer from the page.",
        { status: 200, headers: silent },
        {},
        evil,
      ),
      call("A call without an origin", varies, { status: 200, headers: { ...silent, vary: "Origin" } }, {}, null),
      call("A call with two origins", stranger, { status: 200, headers: silent }, { headers: { origin: [app, evil] } }),
      call("A wrong key", failed, { code: "Unauthorized", headers: { ...may(app), "access-control-expose-headers": exposed }, model: null }, { key: "no" }),
      call("A route that is not there", failed, { code: "RouteNotFound", headers: may(app), model: null }, { path: "/endpoints/web/metrics" }),
      call("A model that failed", failed, { status: 424, headers: { ...may(app), "ms-azureml-model-error-statuscode": "500" } }, { model: "status-500" }),
      call("A model that broke the connection", failed, { code: "ModelConnectionBroken", headers: may(app) }, { model: "break" }),
      call(
        "A model with words of its own on origins",
        noCredentials,
        { status: 200, headers: { ...may(app), "set-cookie": "a=1, b=2" } },
        { model: "cookies" },
      ),
      call("The same for another origin", noCredentials, { status: 200, headers: silent }, { model: "cookies" }, evil),
    ],
  },
];
