import { afterEach, beforeEach, expect, it } from "vitest";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";

let gateway: TestGateway;
let models: ModelServer[];
let scorer: TestScorer;

beforeEach(async () => {
  models = await Promise.all(["first", "second", "third"].map((name) => new ModelServer(name).start()));
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all(models.map((model) => model.stop()));
});

/** So many of the instances, those that come now with a slow start. */
function instances(revision: number, count: number, slowStartSeconds: number) {
  const ports = models.slice(0, count).map(({ port }) => port);
  const settings = { maxConcurrentRequestsPerInstance: 5, queueTimeoutMs: 20_000, requestTimeoutMs: 20_000, slowStartSeconds };
  return routingRevision(revision, [routingEndpoint([routingDeployment("blue", ports, settings)], { blue: 100 })]);
}

it("an instance that comes takes one request at first and the whole limit in the end, while others and the queue go on as before", async () => {
  const [first, second, third] = models;
  if (first === undefined || second === undefined || third === undefined) throw new Error("unreachable: there are three models");
  await gateway.program(instances(1, 1, 0));
  // As many as the cap allows with one instance.
  const load = new Load(scorer, 10, { headers: { "x-do": "wait-40" } });
  await until("the first to be full", () => first.mostRunning === 5);
  // At 900 s the second may run two at once only after six minutes.
  await gateway.program(instances(2, 2, 900));
  await until("the second to serve", () => second.seen.length > 20);
  expect(second.mostRunning).toBe(1);
  await gateway.program(instances(3, 3, 1));
  await until("the third to have all that it may", () => third.mostRunning > 3);
  await load.stop();
  expect(load.problems()).toEqual([]);
  expect(models.map(({ mostRunning }) => mostRunning <= 5)).toEqual([true, true, true]);
  expect([first.mostRunning, second.mostRunning]).toEqual([5, 1]);
});
