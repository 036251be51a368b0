import { afterEach, beforeEach, expect, it } from "vitest";
import type { RoutingRevision } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelProcess, ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { Load, TestScorer, type ScoreOptions } from "#server/testing/scorer";

let gateway: TestGateway;
let model: ModelServer;
/** One connection to the gateway, so that every call but the first may go by a used one. */
let caller: TestScorer;

beforeEach(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  caller = new TestScorer(gateway.plainUrl, { connections: 1 });
});

afterEach(async () => {
  await caller.close();
  await gateway.stop();
  await model.stop();
});

function blue(revision: number, overrides: Parameters<typeof routingDeployment>[2] = {}, ports: readonly number[] = [model.port]): RoutingRevision {
  return routingRevision(revision, [routingEndpoint([routingDeployment("blue", ports, { keepAlive: true, ...overrides })], { blue: 100 })]);
}

/** How many connections the model sees for so many calls in turn. */
async function connectionsOf(calls: number): Promise<number> {
  const before = model.seen.length;
  for (let call = 0; call < calls; call += 1) expect((await caller.score()).status).toBe(200);
  return new Set(model.seen.slice(before).map(({ connection }) => connection)).size;
}

it("are kept only where a deployment asks for it, and turning it on and off again under load fails no call", async () => {
  await gateway.program(blue(1, { keepAlive: false }));
  expect(await connectionsOf(10)).toBe(10);
  await gateway.program(blue(2));
  expect(await connectionsOf(10)).toBeLessThanOrEqual(2);
  const scorer = new TestScorer(gateway.plainUrl);
  const load = new Load(scorer, 4);
  for (let revision = 3; revision <= 23; revision += 1) {
    await gateway.program(blue(revision, { keepAlive: revision % 2 === 0 }));
    const reached = load.answers.length;
    await until("requests to flow", () => load.answers.length > reached + 20);
  }
  await load.stop();
  await scorer.close();
  expect(load.problems()).toEqual([]);
  // Those that were idle serve once more each.
  await until("every call to have its own again", async () => (await connectionsOf(10)) === 10);
});

it("idle ones do not count for the limit, and it and the queue hold as without them", async () => {
  await gateway.program(blue(1, { maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 10_000 }));
  expect(await connectionsOf(3)).toBeLessThanOrEqual(2);
  const [one, other] = [new TestScorer(gateway.plainUrl), new TestScorer(gateway.plainUrl)];
  for (let round = 0; round < 10; round += 1) {
    const both = await Promise.all([one, other].map((scorer) => scorer.score({ headers: { "x-do": "wait-20" } })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  }
  expect(model.mostRunning).toBe(1);
  await gateway.program(blue(2, { maxConcurrentRequestsPerInstance: 3, queueTimeoutMs: 10_000 }));
  for (let round = 0; round < 10; round += 1) {
    const burst = await Promise.all(Array.from({ length: 6 }, () => one.score({ headers: { "x-do": "wait-20" } })));
    expect(burst.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  }
  await Promise.all([one.close(), other.close()]);
  expect(model.mostRunning).toBe(3);
});

it("a call on a used one that breaks gets no answer and no row; the caller's first gets 424, as every call does elsewhere", async () => {
  await gateway.program(blue(1));
  const breaking: ScoreOptions = { headers: { "x-do": "break" } };
  expect((await caller.score(breaking)).code).toBe("ModelConnectionBroken");
  expect(await connectionsOf(3)).toBeLessThanOrEqual(2);
  await expect(caller.score(breaking)).rejects.toThrow();
  const after = await caller.score();
  expect(after.status).toBe(200);
  await until("the last row", () => gateway.rows().some(({ requestId }) => requestId === after.headers["x-request-id"]));
  expect(gateway.rows()).toHaveLength(5);
  await gateway.program(blue(2, { keepAlive: false }));
  await until("the idle one to be used up", async () => (await connectionsOf(3)) === 3);
  expect((await caller.score(breaking)).code).toBe("ModelConnectionBroken");
});

/** Kills one of two instances under load; every lost call has a broken connection of its own. */
async function killOneOfTwo(options: ScoreOptions): Promise<{ readonly unanswered: number; readonly broken: number; readonly others: string[] }> {
  const [first, second] = [await ModelProcess.start(20), await ModelProcess.start(20)];
  await gateway.program(blue(1, {}, [first.port, second.port]));
  const scorer = new TestScorer(gateway.plainUrl);
  const load = new Load(scorer, 8, options);
  await until("requests to flow", () => load.answers.length > 50);
  await first.kill();
  const reached = load.answers.length;
  await until("requests to flow on", () => load.answers.length > reached + 200);
  await load.stop();
  await scorer.close();
  await second.kill();
  const broken = load.answers.filter(({ code }) => code === "ModelConnectionBroken").length;
  const others = load.answers.filter(({ status, code }) => status !== 200 && code !== "ModelConnectionBroken").map(({ status }) => String(status));
  return { unanswered: load.failures.length, broken, others };
}

it("an instance that is killed loses what it was scoring, and at most one call for each of its idle connections", async () => {
  const { unanswered, broken, others } = await killOneOfTwo({});
  expect(others).toEqual([]);
  expect(unanswered + broken).toBeLessThanOrEqual(16);
});

it("callers that make a connection for every call are answered whatever happens", async () => {
  const { unanswered, broken, others } = await killOneOfTwo({ headers: { connection: "close" } });
  expect([unanswered, others]).toEqual([0, []]);
  expect(broken).toBeLessThanOrEqual(8);
});
