import type { Area, ConformanceCase } from "./types";

const ours = "The request id is always ours, time-ordered, and the same towards caller and model.";
const own = "The caller's own id comes back and reaches the model, reduced to letters, digits, `.`, `_` and `-`, at most 100.";
const trace = "A valid W3C trace context goes on untouched; without one the gateway begins one, of the request id.";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const begun = /^00-[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}-[0-9a-f]{16}-01$/;
const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const traced = (name: string, traceparent: string): ConformanceCase => ({
  name: `A trace parent ${name}`,
  rule: "A trace context that is not valid is dropped with its state, and a new one begun.",
  call: { headers: { traceparent, tracestate: "vendor=1" } },
  answer: { status: 200, model: { headers: { traceparent: begun, tracestate: null } } },
});
const identified = (name: string, sent: string, kept: string | null): ConformanceCase => ({
  name,
  rule: own,
  call: { headers: { "x-ms-client-request-id": sent } },
  answer: { status: 200, headers: { "x-ms-client-request-id": kept }, model: { headers: { "x-ms-client-request-id": kept } } },
});

/** By which ids a call is known. */
export const identityAreas: readonly Area[] = [
  {
    title: "Request ids and trace context",
    cases: [
      {
        name: "A request id",
        rule: ours,
        call: {},
        answer: { status: 200, headers: { "x-request-id": uuid, "x-ms-request-id": uuid }, model: { headers: { "x-request-id": uuid } } },
      },
      {
        name: "A request id of the caller's",
        rule: ours,
        call: { headers: { "x-request-id": "mine", "x-ms-request-id": "mine" } },
        answer: {
          status: 200,
          headers: { "x-request-id": uuid, "x-ms-request-id": uuid },
          model: { headers: { "x-request-id": uuid, "x-ms-request-id": null } },
        },
      },
      { name: "A request id of the model's", rule: ours, call: { model: "forge" }, answer: { status: 200, headers: { "x-request-id": uuid } } },
      {
        name: "The request id of an error",
        rule: "Our own errors carry the id in header and body.",
        call: { path: "/endpoints/nobody/score" },
        answer: { code: "EndpointNotFound", headers: { "x-request-id": uuid } },
      },
      identified("An own id", "order-7_a.b", "order-7_a.b"),
      identified("An own id with other characters", 'order "7", <b>', "order7b"),
      identified("A long own id", "x".repeat(300), "x".repeat(100)),
      {
        name: "No own id",
        rule: own,
        call: {},
        answer: { status: 200, headers: { "x-ms-client-request-id": null }, model: { headers: { "x-ms-client-request-id": null } } },
      },
      {
        name: "An own id on an error",
        rule: own,
        call: { key: null, headers: { "x-ms-client-request-id": "order-8" } },
        answer: { code: "Unauthorized", headers: { "x-ms-client-request-id": "order-8" } },
      },
      {
        name: "A trace parent",
        rule: trace,
        call: { headers: { traceparent: valid, tracestate: "vendor=1" } },
        answer: { status: 200, model: { headers: { traceparent: valid, tracestate: "vendor=1" } } },
      },
      { name: "No trace parent", rule: trace, call: {}, answer: { status: 200, model: { headers: { traceparent: begun } } } },
      traced("in capitals", valid.toUpperCase()),
      traced("of zeros", `00-${"0".repeat(32)}-b7ad6b7169203331-01`),
      traced("without a parent", `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`),
      traced("of no form", "trace-7"),
      traced("of the forbidden version", valid.replace(/^00/, "ff")),
    ],
  },
];
