import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer, type Answer, type ScoreOptions } from "#server/testing/scorer";

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;

beforeAll(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
  const blue = routingDeployment("blue", [model.port], { requestTimeoutMs: 400, queueTimeoutMs: 300, maxBodyBytes: 50_000, scoringPath: "/v1/predict" });
  const narrow = routingDeployment("narrow", [], {
    requestTimeoutMs: 2000,
    queueTimeoutMs: 300,
    maxConcurrentRequestsPerInstance: 1,
    instances: [{ id: "ins_narrow", address: "127.0.0.2", port: 9, mode: "serve" }],
  });
  const single = await new ModelServer("single").start();
  const one = routingDeployment("one-at-a-time", [single.port], { queueTimeoutMs: 300, maxConcurrentRequestsPerInstance: 1 });
  const empty = routingDeployment("empty", [], { queueTimeoutMs: 600 });
  const large = routingDeployment("large", [], { maxBodyBytes: 10_000_000, instances: [{ id: "ins_large", address: "127.0.0.3", port: 9, mode: "drain" }] });
  await gateway.program(
    routingRevision(1, [
      routingEndpoint([blue, narrow, one, empty], { blue: 100 }),
      routingEndpoint([large], {}, { id: "ep_idle", name: "idle-one" }),
      routingEndpoint([], {}, { id: "ep_token", name: "tokens", authMode: "aml_token", keys: [] }),
    ]),
  );
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

function expectOwn(answer: Answer, name: ScoringErrorName): void {
  const { code, status } = scoringErrorCodes[name];
  expect([answer.status, answer.code]).toEqual([status, code]);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.headers["x-ms-error-code"]).toBe(code);
  expect(answer.requestId).toMatch(uuidV7);
  expect(answer.headers["x-request-id"]).toBe(answer.requestId);
  expect(answer.headers["x-ms-request-id"]).toBe(answer.requestId);
}

/** A body in chunks, without a length. */
async function* chunks(bytes: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; sent += 10_000) {
    await Promise.resolve();
    yield Buffer.alloc(Math.min(10_000, bytes - sent), "x");
  }
}

describe("errors of the caller", () => {
  const cases: readonly [ScoringErrorName, string, ScoreOptions][] = [
    ["EndpointNotFound", "an unknown endpoint", { path: "/endpoints/nobody/score" }],
    ["EndpointNotFound", "another path", { path: "/", method: "GET" }],
    ["EndpointNotFound", "an unknown endpoint without a key", { path: "/endpoints/nobody/score", key: null }],
    ["Unauthorized", "no key", { key: null }],
    ["Unauthorized", "a wrong key", { key: "key-2" }],
    ["Unauthorized", "the hash of the key instead of the key", { key: "5c1a4d4ee7ee0ff3a4cd4c7e7dd0ce93d8e5ad92d6b7e1a1d7c1f5b4c9a34a4a" }],
    ["Unauthorized", "a key in another scheme", { key: null, headers: { authorization: "Basic key-1" } }],
    ["TokenNotAccepted", "an endpoint with tokens", { path: "/endpoints/tokens/score" }],
    ["DeploymentNotFound", "an unknown pin", { headers: { "azureml-model-deployment": "nobody" } }],
    ["NoTraffic", "no positive weight", { path: "/endpoints/idle-one/score" }],
    ["RouteNotFound", "another route", { path: "/endpoints/demo/metrics", method: "GET" }],
    ["RouteNotFound", "the endpoint itself", { path: "/endpoints/demo", method: "GET" }],
    ["RouteNotFound", "a route below the scoring route", { path: "/endpoints/demo/score/x" }],
    ["RouteNotFound", "an encoded route", { path: "/endpoints/demo/%73core" }],
    ["RouteNotFound", "a write to the description", { path: "/endpoints/demo/swagger.json" }],
    ["PayloadTooLarge", "a body one byte over the limit", { body: "x".repeat(50_001) }],
    ["PayloadTooLarge", "a chunked body over the limit", { body: chunks(60_000) }],
  ];
  it.each(cases)("%s for %s", async (name, _what, options) => {
    expectOwn(await scorer.score(options), name);
  });

  it("LengthRequired for a chunked body whose size cannot be judged, over HTTP/1.1 and HTTP/2", async () => {
    const h2 = new TestScorer(gateway.url, { http2: true });
    const options = { path: "/endpoints/idle-one/score", headers: { "azureml-model-deployment": "large" } };
    expectOwn(await scorer.score({ ...options, body: chunks(300_000) }), "LengthRequired");
    expectOwn(await h2.score({ ...options, body: chunks(120_000) }), "LengthRequired");
    await h2.close();
  });

  it("a body exactly at the limit passes, with and without a length", async () => {
    expect((await scorer.score({ body: "x".repeat(50_000) })).status).toBe(200);
    expect((await scorer.score({ body: chunks(50_000) })).status).toBe(200);
    expect(model.seen.at(-1)?.bodyBytes).toBe(50_000);
  });

  it("BadRequest as JSON for bytes that are not HTTP", async () => {
    const socket = connect(gateway.settings.plainHttp?.port ?? 0, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.write("this is not HTTP\r\n\r\n");
    await until("an answer", () => text.includes("requestId"));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual({ error: { code: "BadRequest", message: scoringErrorCodes.BadRequest.message, requestId: "" } });
    socket.destroy();
  });
});

describe("errors of the model", () => {
  it.each([500, 404, 503, 504, 301, 429])("a model's %i becomes 424 with its status and body", async (status) => {
    const answer = await scorer.score({ headers: { "x-do": `status-${String(status)}` } });
    expect(answer.status).toBe(424);
    expect(answer.headers["ms-azureml-model-error-statuscode"]).toBe(String(status));
    expect(answer.headers["ms-azureml-model-error-reason"]).toBe("model_error");
    expect(answer.text).toBe('{"model":"blue"}');
  });

  it.each([201, 202])("a model's %i passes", async (status) => {
    const answer = await scorer.score({ headers: { "x-do": `status-${String(status)}` } });
    expect(answer.status).toBe(status);
    expect(answer.headers["ms-azureml-model-error-statuscode"]).toBeUndefined();
  });

  it("ModelTimeout after the deployment's request timeout", async () => {
    const answer = await scorer.score({ headers: { "x-do": "wait-2000" } });
    expectOwn(answer, "ModelTimeout");
    expect(answer.elapsedMs).toBeGreaterThanOrEqual(400);
    expect(answer.elapsedMs).toBeLessThan(1500);
  });

  it("ModelConnectionBroken with a body, also on a connection that was used before, and without scoring twice", async () => {
    const single = new TestScorer(gateway.url, { connections: 1 });
    expect((await single.score()).status).toBe(200);
    const before = model.seen.length;
    for (let round = 0; round < 5; round += 1) {
      expectOwn(await single.score({ headers: { "x-do": "break" } }), "ModelConnectionBroken");
      expect((await single.score()).status).toBe(200);
    }
    expect(model.seen.length - before).toBe(10);
    await single.close();
  });

  it("ModelResponseInvalid when the model does not speak HTTP", async () => {
    expectOwn(await scorer.score({ headers: { "x-do": "nonsense" } }), "ModelResponseInvalid");
  });
});

describe("errors of the deployment", () => {
  it("TooManyRequests at once above twice the concurrency, QueueTimeout for who waited too long", async () => {
    const options = { headers: { "azureml-model-deployment": "one-at-a-time", "x-do": "wait-900" } };
    const answers = await Promise.all([1, 2, 3, 4].map(() => scorer.score(options)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
    const over = answers.filter(({ code }) => code === "TooManyRequests");
    const queued = answers.filter(({ code }) => code === "QueueTimeout");
    expect([over.length, queued.length]).toEqual([2, 1]);
    for (const answer of over) {
      expectOwn(answer, "TooManyRequests");
      expect(answer.elapsedMs).toBeLessThan(250);
    }
    for (const answer of queued) {
      expectOwn(answer, "QueueTimeout");
      expect(answer.elapsedMs).toBeGreaterThanOrEqual(300);
    }
    for (const answer of [...over, ...queued]) expect(answer.headers["retry-after"]).toBe("1");
  });

  it("NoInstance after the queue timeout when there is no instance", async () => {
    const answer = await scorer.score({ headers: { "azureml-model-deployment": "empty" } });
    expectOwn(answer, "NoInstance");
    expect(answer.elapsedMs).toBeGreaterThanOrEqual(550);
    expect(answer.elapsedMs).toBeLessThan(2000);
  });

  it("NoInstance when no instance accepts connections", async () => {
    expectOwn(await scorer.score({ headers: { "azureml-model-deployment": "narrow" } }), "NoInstance");
  });
});
