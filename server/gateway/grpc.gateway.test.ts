import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callGrpc, type GrpcAnswer } from "#server/testing/grpc/client";
import { Http2Model } from "#server/testing/grpc/http2-model";
import { GrpcModel } from "#server/testing/grpc/model";
import { TestGateway, until } from "#server/testing/haproxy";
import { routingDeployment, routingEndpoint, routingInstance, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";
import type { GrpcCall } from "./conformance/types";
import { readInFlight } from "./proxy/in-flight";

// What a single call meets is in `conformance/`; here is what calls do to each other, and what becomes of them when instances change.

let gateway: TestGateway;
let revision = 0;
const models: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  gateway = await TestGateway.start();
});
afterEach(async () => {
  await gateway.stop();
  await Promise.all(models.splice(0).map((model) => model.stop()));
});

async function started<Model extends { start(): Promise<Model>; stop(): Promise<void> }>(model: Model): Promise<Model> {
  models.push(model);
  return model.start();
}

const program = (overrides: Parameters<typeof routingDeployment>[2]) =>
  gateway.program(routingRevision((revision += 1), [routingEndpoint([routingDeployment("blue", [], { http2: true, ...overrides })], { blue: 100 })]));
const http2Instance = (port: number, mode: "serve" | "drain" = "serve") => routingInstance(port, { http2: true, mode });
const call = (options: GrpcCall = {}): Promise<GrpcAnswer> =>
  callGrpc({ tls: gateway.settings.bind.port, plain: 0 }, { host: "demo.endpoints.example.com", ...options });
const told = ({ code, trailers }: GrpcAnswer): string => [String(code), trailers["x-ms-error-code"] ?? ""].join(" ").trim();

describe("an instance of concurrency 1", () => {
  it("has one call at a time, ordinary or of gRPC, and both count for the same queue and cap", async () => {
    const model = await started(new Http2Model(1500));
    await program({ maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 5000, instances: [http2Instance(model.port)] });
    const scorer = new TestScorer(gateway.plainUrl);
    const first = scorer.score();
    await until("the first to run", () => model.running === 1);
    const second = call();
    await until("the second to wait", async () => (await readInFlight(gateway.layout.adminSocket, ["dep_blue"])).queued["dep_blue"] === 1);
    const [overGrpc, overHttp] = await Promise.all([call(), scorer.score()]);
    expect([told(overGrpc), overGrpc.elapsedMs < 1000]).toEqual(["8 TooManyRequests", true]);
    expect([overHttp.status, overHttp.code]).toEqual([429, "TooManyRequests"]);
    expect([(await first).status, told(await second)]).toEqual([200, "0"]);
    expect([model.seen, model.mostRunning]).toEqual([["http", "grpc"], 1]);
    await scorer.close();
  });

  it("never gets a call whose caller gave up waiting, or whose time in the queue was over", async () => {
    const model = await started(new GrpcModel("blue"));
    await program({ maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 300, instances: [http2Instance(model.port)] });
    const first = call({ model: "wait-1000" });
    await until("the first to run", () => model.running === 1);
    expect([told(await call({ deadlineMs: 100 })), told(await call())]).toEqual(["4", "8 QueueTimeout"]);
    expect([told(await first), model.seen.length]).toEqual(["0", 1]);
    await until("a row of each", () => gateway.rows().length === 3);
    expect(gateway.rows().map(({ status, errorCode }) => [status, errorCode])).toEqual([
      [499, "ClientClosed"],
      [429, "QueueTimeout"],
      [200, ""],
    ]);
  });
});

it("a call that runs on a draining instance ends there, and the next goes elsewhere", async () => {
  const [leaving, staying] = [await started(new GrpcModel("leaving")), await started(new GrpcModel("staying"))];
  await program({ instances: [http2Instance(leaving.port)] });
  const running = call({ method: "Count", messages: ["20"] });
  await until("the call to run", () => leaving.running === 1);
  await program({ instances: [http2Instance(leaving.port, "drain"), http2Instance(staying.port)] });
  for (let count = 0; count < 5; count += 1) expect((await call()).messages.map(String)).toEqual(['{"model":"staying","bytes":2}']);
  const answer = await running;
  expect([answer.code, answer.messages.length]).toEqual([0, 20]);
});

it("an instance that dies breaks its own calls, and a moment later gets no more", async () => {
  const [dying, living] = [await started(new GrpcModel("dying")), await started(new GrpcModel("living"))];
  await program({ instances: [http2Instance(dying.port), http2Instance(living.port)] });
  const scorer = new TestScorer(gateway.plainUrl);
  await Promise.all(Array.from({ length: 10 }, () => scorer.score()));
  const broken = Array.from({ length: 4 }, () => call({ model: "wait-1500" }));
  await until("calls on both", () => dying.running === 2 && living.running === 2);
  await dying.stop();
  // Checks alone would take half a second and more to notice, and nobody is as idle as the dead: until then all of these would go there. They are
  // ordinary ones, which these models refuse at once, as kept connections make them quick.
  await pause(150);
  const after = await Promise.all(Array.from({ length: 10 }, () => scorer.score()));
  expect(after.map(({ status, code }) => [status, code])).toEqual(after.map(() => [424, null]));
  await scorer.close();
  const outcomes = (await Promise.all(broken)).map(told);
  expect(outcomes.sort()).toEqual(["0", "0", "14 ModelConnectionBroken", "14 ModelConnectionBroken"]);
});

it("an answer that is not of gRPC becomes a failure of gRPC, with what was answered", async () => {
  const model = await started(new Http2Model(0));
  model.status = 503;
  await program({ instances: [http2Instance(model.port)] });
  const answer = await call();
  expect([answer.code, answer.details]).toEqual([14, "The model's server answered with the HTTP status 503."]);
  expect(answer.trailers).toMatchObject({ "ms-azureml-model-error-statuscode": "503", "content-type": "application/grpc" });
});

it("a call of gRPC is never copied to a shadow, ordinary calls beside it are", async () => {
  const [live, shadow] = [await started(new Http2Model(0)), await started(new Http2Model(0))];
  const deployments = [live, shadow].map((model, index) => routingDeployment(["blue", "green"][index] ?? "", [model.port], { http2: true }));
  const mirror = { shares: { green: 100 }, tolerance: 0 };
  await gateway.program(routingRevision((revision += 1), [routingEndpoint(deployments, { blue: 100 }, { mirror })]));
  const scorer = new TestScorer(gateway.plainUrl);
  // The proxy goes around the mirror until it has seen that it is there.
  await until("the first copy", async () => (await scorer.score()).status === 200 && shadow.seen.length > 0);
  for (let count = 0; count < 5; count += 1) expect(told(await call())).toBe("0");
  await scorer.score();
  await until("the last copy", () => shadow.seen.length >= 2);
  expect([live.seen.filter((kind) => kind === "grpc").length, shadow.seen.includes("grpc")]).toEqual([5, false]);
  await scorer.close();
});

it("rows say what the caller was told, and count like those of ordinary calls", async () => {
  const model = await started(new GrpcModel("blue"));
  await program({ requestTimeoutMs: 300, instances: [http2Instance(model.port)] });
  await call();
  await call({ key: "no" });
  await call({ model: "fail-3" });
  await call({ model: "wait-2000" });
  await until("four rows", () => gateway.rows().length === 4);
  expect(gateway.rows().map((row) => [row.path, row.status, row.modelStatus, row.grpcStatus, row.errorCode, row.keyName])).toEqual([
    ["/sluice.test.Model/Say", 200, 200, -1, "", "primary"],
    ["/sluice.test.Model/Say", 401, 0, 16, "Unauthorized", ""],
    ["/sluice.test.Model/Say", 424, 200, 3, "", "primary"],
    ["/sluice.test.Model/Say", 408, 0, 4, "ModelTimeout", "primary"],
  ]);
});
