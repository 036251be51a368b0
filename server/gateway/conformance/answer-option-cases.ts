import type { Answered, Area, Call, ConformanceCase } from "./types";

const unchanged =
  "Where an endpoint says so, every answer of the model's keeps its status, its headers and its body; `ms-azureml-model-error-statuscode` tells that it is the model's.";
const ours = "Errors that the gateway makes are the same as anywhere, and have `x-ms-error-code`; a model cannot say that.";
const packs =
  "Where an endpoint says so, answers of text and JSON of 1,024 bytes or more, and such as come in pieces, are compressed by gzip for callers that take it.";
const leaves = "What is small, compressed already, not to be transformed, of another kind, a stream of events or failed passes as it is.";
const off = "Where nothing is said, nothing is compressed.";

const frank = (status: number): ConformanceCase => ({
  name: `A model's ${String(status)}`,
  rule: unchanged,
  call: { path: "/endpoints/frank/score", model: `status-${String(status)}` },
  answer: {
    status,
    headers: {
      "ms-azureml-model-error-statuscode": String(status),
      "ms-azureml-model-error-reason": "model_error",
      "ms-azureml-model-time": /^\d+$/,
      "azureml-model-deployment": "frank-blue",
      "x-request-id": /^[0-9a-f-]{36}$/,
      "x-ms-error-code": null,
      "x-model": "kept",
      "retry-after": "77",
    },
    ...(status === 304 ? { text: "" } : {}),
    model: { name: "frank-blue" },
  },
});
const called = (name: string, rule: string, call: Call, answer: Answered): ConformanceCase => ({ name, rule, call, answer });
const at = (endpoint: string, model: string, more: Call = {}): Call => ({ path: `/endpoints/${endpoint}/score`, model, ...more });
const takes = { "accept-encoding": "gzip, deflate, br" };
const pack = (name: string, rule: string, model: string, answer: Answered, more: Call = {}): ConformanceCase =>
  called(name, rule, at("packed", model, { headers: takes, ...more }), answer);

const text = "a".repeat(5000);
const packed = { "content-encoding": "gzip", "content-length": null, vary: /accept-encoding/i, etag: 'W/"7"', "azureml-model-deployment": "packed-blue" };
const plain = { "content-encoding": null, "content-length": "5000", etag: '"7"' };

/** What an endpoint may ask of the way back. */
export const answerOptionAreas: readonly Area[] = [
  {
    title: "Errors of models, unchanged",
    cases: [
      ...[302, 304, 400, 404, 408, 424, 429, 500, 502, 503, 504].map(frank),
      called("A model's 503 over HTTP/2", unchanged, at("frank", "status-503", { over: "h2" }), { status: 503, headers: { "x-model": "kept" } }),
      called("A model's 504 over HTTP/2", unchanged, at("frank", "status-504", { over: "h2" }), { status: 504, headers: { "x-model": "kept" } }),
      called("A model's 204", unchanged, at("frank", "empty"), { status: 204, text: "", headers: { "ms-azureml-model-error-statuscode": null } }),
      called("A stream of events", unchanged, at("frank", "events-4-150"), { status: 200, text: "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n", spread: 200 }),
      called("The connection breaks", ours, at("frank", "break"), { code: "ModelConnectionBroken", headers: { "ms-azureml-model-error-statuscode": null } }),
      called("An answer that is no HTTP", ours, at("frank", "nonsense"), { code: "ModelResponseInvalid" }),
      called("A wrong key", ours, at("frank", "status-401", { key: "no" }), { code: "Unauthorized", model: null }),
      called("A model that says that it is the gateway", ours, at("frank", "forge"), {
        status: 200,
        headers: { "x-ms-error-code": null, "ms-azureml-model-error-statuscode": null, "x-sluice-forged": null },
      }),
      ...[404, 500, 502, 504].map((status) =>
        called(`A model's ${String(status)} where answers are compressed`, unchanged, at("frank-packed", `status-${String(status)}`, { headers: takes }), {
          status,
          headers: { "ms-azureml-model-error-statuscode": String(status), "x-ms-error-code": null, "x-model": "kept", "x-sluice-answered": null },
        }),
      ),
    ],
  },
  {
    title: "Compression",
    cases: [
      pack("A text", packs, "text-5000", { status: 200, text, headers: packed, model: { headers: takes } }),
      pack("A text over HTTP/2", packs, "text-5000", { status: 200, text, headers: packed }, { over: "h2" }),
      pack("A text to GET", packs, "text-5000", { status: 200, text, headers: packed }, { method: "GET" }),
      called("A text to a page of another origin", packs, at("frank-packed", "text-5000", { headers: { ...takes, origin: "https://app.example" } }), {
        status: 200,
        text,
        headers: { "content-encoding": "gzip", "access-control-allow-origin": "https://app.example", vary: "Origin,Accept-Encoding" },
      }),
      pack("Pieces of JSON, each as it comes", packs, "pieces-4-150", { status: 200, bytes: 4013, spread: 200, headers: { "content-encoding": "gzip" } }),
      pack(
        "A caller that takes no gzip",
        "Whoever takes none gets none.",
        "text-5000",
        { status: 200, text, headers: plain },
        { headers: { "accept-encoding": "br" } },
      ),
      pack(
        "A caller that refuses gzip",
        "Whoever takes none gets none.",
        "text-5000",
        { status: 200, text, headers: plain },
        { headers: { "accept-encoding": "gzip;q=0, br" } },
      ),
      pack("A caller that says nothing", "Whoever takes none gets none.", "text-5000", { status: 200, text, headers: plain }, { headers: {} }),
      pack("A small text", leaves, "text-1000", { status: 200, bytes: 1000, headers: { ...plain, "content-length": "1000" } }),
      pack("A text that is not to be transformed", leaves, "sealed-5000", { status: 200, text, headers: plain }),
      pack("A text that the model compressed itself", leaves, "encoded-5000", { status: 200, text, headers: { ...plain, "content-encoding": "br" } }),
      pack("Bytes", leaves, "bytes-5000", { status: 200, bytes: 5000, headers: { "content-encoding": null, "content-length": "5000" } }),
      pack("A stream of events", leaves, "events-4-150", {
        status: 200,
        text: "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n",
        spread: 200,
        headers: { "content-encoding": null },
      }),
      pack("A stream of events over HTTP/2", leaves, "events-4-150", { status: 200, spread: 200, headers: { "content-encoding": null } }, { over: "h2" }),
      pack("A model's 206", leaves, "status-206", { status: 206, headers: { "content-encoding": null } }),
      pack("A model's 500", leaves, "status-500", { status: 424, headers: { "content-encoding": null, "ms-azureml-model-error-statuscode": "500" } }),
      pack("A broken connection", leaves, "break", { code: "ModelConnectionBroken" }),
      pack("A text to HEAD", leaves, "text-5000", { status: 200, text: "", headers: plain }, { method: "HEAD" }),
      called("A text of an endpoint without", off, { model: "text-5000", headers: takes }, { status: 200, text, headers: { ...plain, vary: null } }),
    ],
  },
];
