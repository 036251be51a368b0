import type { Area } from "./types";

const sizes =
  "An endpoint may take smaller bodies, addresses and headers than its gateway; what is larger is told the limit and its size, and no model sees it.";
const rates = "What an endpoint may take in a second or at once is refused beyond it with 429 and `retry-after`, and does not count.";
const bandwidth = "Bytes beyond an endpoint's bandwidth are delayed, never refused; the answer says by how many milliseconds.";
const apart = "Endpoints do not share limits.";

const narrow = "/endpoints/narrow/score";

/** What an endpoint's own limits do; the endpoints are named by the one that they have. */
export const limitAreas: readonly Area[] = [
  {
    title: "Limits of an endpoint",
    cases: [
      { name: "A body within the limit", rule: sizes, call: { path: narrow, body: { bytes: 50 } }, answer: { status: 200, model: { bytes: 50 } } },
      {
        name: "One byte more",
        rule: sizes,
        call: { path: narrow, body: { bytes: 51 } },
        answer: { code: "PayloadTooLarge", says: { use: "51", limit: "50" }, model: null },
      },
      {
        name: "Without a length, over HTTP/2",
        rule: sizes,
        call: { path: narrow, body: { bytes: 51, chunked: true }, over: "h2" },
        answer: { code: "PayloadTooLarge", says: { use: "51", limit: "50" }, model: null },
      },
      {
        name: "An address that is too long",
        rule: sizes,
        call: { path: `${narrow}?${"q".repeat(30)}` },
        answer: { code: "EndpointUriTooLong", says: { use: "54", limit: "50" }, headers: { "azureml-model-deployment": null }, model: null },
      },
      {
        name: "Headers that are too large",
        rule: sizes,
        call: { path: narrow, headers: { "x-more": "h".repeat(600) }, over: "http" },
        answer: { status: 431, headers: { "x-ms-error-code": "EndpointHeadersTooLarge" }, model: null },
      },
      {
        name: "Headers that are too large, over HTTP/2",
        rule: sizes,
        call: { path: narrow, headers: { "x-more": "h".repeat(600) }, over: "h2" },
        answer: { status: 431, headers: { "x-ms-error-code": "EndpointHeadersTooLarge" }, model: null },
      },
      {
        name: "Two calls in one second",
        rule: rates,
        calls: [{ path: "/endpoints/rate/score" }, { path: "/endpoints/rate/score" }],
        outcomes: { "200": 1, "429 EndpointRateReached": 1 },
      },
      {
        name: "Two connections with a call at once",
        rule: rates,
        calls: [
          { path: "/endpoints/connection/score", model: "wait-900" },
          { path: "/endpoints/connection/score", model: "wait-900" },
        ],
        outcomes: { "200": 1, "429 EndpointConnectionsReached": 1 },
        atOnce: 1,
      },
      {
        name: "Two new connections in one second",
        rule: rates,
        calls: [{ path: "/endpoints/newcomer/score" }, { path: "/endpoints/newcomer/score" }],
        outcomes: { "200": 1, "429 EndpointNewConnectionsReached": 1 },
      },
      { name: "An endpoint beside them", rule: apart, calls: [{}, {}, {}], outcomes: { "200": 3 } },
      {
        name: "A body of three seconds' bandwidth",
        rule: bandwidth,
        call: { path: "/endpoints/slow/score", body: { bytes: 30_000 } },
        answer: {
          status: 200,
          after: 1980,
          headers: { "ms-azureml-bandwidth-request-delay-ms": /^(199\d|200\d)$/ },
          model: { bytes: 30_000, headers: { "ms-azureml-bandwidth-request-delay-ms": null } },
        },
      },
      {
        name: "An endpoint without a bandwidth",
        rule: bandwidth,
        call: { body: { bytes: 30_000 } },
        answer: { status: 200, headers: { "ms-azureml-bandwidth-request-delay-ms": null, "ms-azureml-bandwidth-response-delay-ms": null } },
      },
    ],
  },
];
