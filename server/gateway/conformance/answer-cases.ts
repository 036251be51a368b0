import type { Area, Call, ConformanceCase } from "./types";

const good = "Every 2xx of the model's passes as it is.";
const failed = "Every other answer of the model's becomes 424 with its status in `ms-azureml-model-error-statuscode`, a reason, and its own body.";
const forged = "A model cannot say anything in the gateway's own vocabulary.";
const carried = "Headers of the model's answer pass as they are.";
const cap = "Running and waiting calls together may be twice the concurrency of all instances; what is more is 429 at once, with `retry-after`.";
const queue = "A call that waits longer than the queue timeout is 429 `QueueTimeout`, with `retry-after`.";

const taken = (status: number): ConformanceCase => ({
  name: `A model's ${String(status)}`,
  rule: good,
  call: { model: `status-${String(status)}` },
  answer: { status, headers: { "ms-azureml-model-error-statuscode": null, "ms-azureml-model-error-reason": null, "x-model": "kept" } },
});
const mapped = (status: number): ConformanceCase => ({
  name: `A model's ${String(status)}`,
  rule: failed,
  call: { model: `status-${String(status)}` },
  answer: {
    status: 424,
    headers: {
      "ms-azureml-model-error-statuscode": String(status),
      "ms-azureml-model-error-reason": "model_error",
      "azureml-model-deployment": "blue",
      "x-ms-error-code": null,
      "x-model": "kept",
    },
    model: { name: "blue" },
  },
});
const unforged = (name: string, expected: string | null): ConformanceCase => ({
  name: `\`${name}\` of the model's`,
  rule: forged,
  call: { model: "forge" },
  answer: { status: 200, headers: { [name]: expected } },
});
const single: Call = { pin: "single", model: "wait-900" };

/** What comes back. */
export const answerAreas: readonly Area[] = [
  {
    title: "Answers of the model",
    cases: [
      ...[200, 201, 202, 203, 206].map(taken),
      { name: "A model's 204", rule: good, call: { model: "empty" }, answer: { status: 204, text: "" } },
      ...[301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 424, 429, 431, 500, 501, 502, 503, 504, 599].map(mapped),
      {
        name: "A model's 500 over HTTP/2",
        rule: failed,
        call: { model: "status-500", over: "h2" },
        answer: { status: 424, headers: { "ms-azureml-model-error-statuscode": "500" } },
      },
      unforged("x-ms-error-code", null),
      unforged("azureml-model-deployment", "blue"),
      unforged("ms-azureml-model-error-statuscode", null),
      unforged("x-sluice-forged", null),
      {
        name: "`keep-alive` of the model's",
        rule: "Headers of one hop stay on that hop.",
        call: { model: "forge" },
        answer: { status: 200, headers: { "keep-alive": null } },
      },
      {
        name: "Type, tag and caching",
        rule: carried,
        call: { model: "plain" },
        answer: { status: 200, text: "plain", headers: { "content-type": "text/plain; charset=latin1", etag: '"7"', "cache-control": "max-age=5" } },
      },
      {
        name: "Cookies and CORS of the model's own",
        rule: carried,
        call: { model: "cookies" },
        answer: { status: 200, headers: { "set-cookie": "a=1, b=2", "access-control-allow-origin": "*" } },
      },
      { name: "Headers of 8,000 characters", rule: carried, call: { model: "headers-8000" }, answer: { status: 200, headers: { "x-filler": /^x{8000}$/ } } },
      {
        name: "How long the model took",
        rule: "`ms-azureml-model-time` and `ms-azureml-queue-time` tell milliseconds at the model and in the queue.",
        call: { model: "wait-150" },
        answer: { status: 200, after: 150, headers: { "ms-azureml-model-time": /^1[5-9]\d$|^[2-9]\d\d$|^\d{4}$/, "ms-azureml-queue-time": /^\d{1,3}$/ } },
      },
      {
        name: "The times of a failed call",
        rule: "`ms-azureml-model-time` and `ms-azureml-queue-time` tell milliseconds at the model and in the queue.",
        call: { model: "status-500" },
        answer: { status: 424, headers: { "ms-azureml-model-time": /^\d+$/, "ms-azureml-queue-time": /^\d+$/ } },
      },
    ],
  },
  {
    title: "Models that fail",
    cases: [
      {
        name: "No answer in time",
        rule: "A model that does not answer within the request timeout is 408.",
        call: { pin: "hasty", model: "wait-3000" },
        answer: { code: "ModelTimeout", after: 390, before: 2900, headers: { "azureml-model-deployment": "hasty" }, model: { name: "hasty" } },
      },
      {
        name: "No answer in time over HTTP/2",
        rule: "A model that does not answer within the request timeout is 408.",
        call: { pin: "hasty", model: "wait-3000", over: "h2" },
        answer: { code: "ModelTimeout", after: 390, before: 2900 },
      },
      {
        name: "The connection breaks",
        rule: "A connection that breaks before an answer is 424 with a body; the call is not tried again, as it may have run.",
        call: { model: "break" },
        answer: { code: "ModelConnectionBroken", headers: { "ms-azureml-model-error-statuscode": null } },
      },
      {
        name: "The connection breaks over HTTP/2",
        rule: "A connection that breaks before an answer is 424 with a body; the call is not tried again, as it may have run.",
        call: { model: "break", over: "h2" },
        answer: { code: "ModelConnectionBroken" },
      },
      {
        name: "An answer that is no HTTP",
        rule: "An answer that cannot be read is 424.",
        call: { model: "nonsense" },
        answer: { code: "ModelResponseInvalid" },
      },
      {
        name: "Headers that fit no buffer",
        rule: "An answer that cannot be read is 424.",
        call: { model: "headers-20000" },
        answer: { code: "ModelResponseInvalid" },
      },
      {
        name: "A deployment without instances",
        rule: "A deployment that has lost its instances holds its calls for the queue timeout, then answers 503 with `retry-after`.",
        call: { pin: "empty" },
        answer: { code: "NoInstance", after: 290, before: 2500, headers: { "retry-after": "1", "azureml-model-deployment": "empty" }, model: null },
      },
      {
        name: "An instance that takes no connection",
        rule: "An instance that takes no connection is 503 with `retry-after`.",
        call: { pin: "gone" },
        answer: { code: "NoInstance", headers: { "retry-after": "1" }, model: null },
      },
    ],
  },
  {
    title: "Concurrency",
    cases: [
      {
        name: "Two calls at one instance of concurrency 1",
        rule: "Whoever waits is served when the instance is free, and never two at once.",
        calls: [
          { pin: "single", model: "wait-100" },
          { pin: "single", model: "wait-100" },
        ],
        outcomes: { "200": 2 },
        atOnce: 1,
      },
      {
        name: "Four long calls at one instance of concurrency 1",
        rule: `${cap} ${queue}`,
        calls: [single, single, single, single],
        outcomes: { "200": 1, "429 QueueTimeout": 1, "429 TooManyRequests": 2 },
        atOnce: 1,
      },
      {
        name: "The same over HTTP/2",
        rule: `${cap} ${queue}`,
        calls: [1, 2, 3, 4].map(() => ({ ...single, over: "h2" })),
        outcomes: { "200": 1, "429 QueueTimeout": 1, "429 TooManyRequests": 2 },
        atOnce: 1,
      },
      {
        name: "Sixteen calls at concurrency 8",
        rule: cap,
        calls: Array.from({ length: 16 }, () => ({ pin: "green", model: "wait-50" })),
        outcomes: { "200": 16 },
      },
      {
        name: "One deployment is full, another is not",
        rule: "The cap is the deployment's own.",
        calls: [single, single, single, single, {}, {}, {}, {}],
        outcomes: { "200": 5, "429 QueueTimeout": 1, "429 TooManyRequests": 2 },
      },
    ],
  },
];
