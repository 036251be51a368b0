import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RequestRow } from "#server/domain/request-row/types";
import { fifoWaits } from "#server/testing/fifo-queue";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer, type Answer } from "#server/testing/scorer";

const meanServiceMs = 60;
const load = 0.7;
const requests = 600;

let gateway: TestGateway;
let instances: ModelServer[];
let scorer: TestScorer;

beforeEach(async () => {
  instances = await Promise.all(["first", "second"].map((name) => new ModelServer(name).start()));
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all(instances.map((instance) => instance.stop()));
});

const exponential = (mean: number): number => -mean * Math.log(1 - Math.random());
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Callers that do not wait for each other, as people do not. */
async function poissonLoad(): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  let due = performance.now();
  for (let sent = 0; sent < requests; sent += 1) {
    due += exponential(meanServiceMs / (load * instances.length));
    await pause(Math.max(0, due - performance.now()));
    answers.push(scorer.score({ headers: { "x-do": `wait-${String(Math.ceil(exponential(meanServiceMs)))}` } }));
  }
  return Promise.all(answers);
}

it("a queue is one for all instances: whoever frees first takes the next, as in a simulation of the same arrivals, and never two at once", async () => {
  const ports = instances.map(({ port }) => port);
  const deployment = routingDeployment("blue", ports, { maxConcurrentRequestsPerInstance: 1, requestTimeoutMs: 20_000, queueTimeoutMs: 20_000 });
  await gateway.program(routingRevision(1, [routingEndpoint([deployment], { blue: 100 })]));
  const answers = await poissonLoad();

  const refused = answers.filter(({ status }) => status !== 200);
  // Beyond twice what the instances may do at once, Azure's cap answers 429.
  expect(new Set(refused.map(({ status, code }) => `${String(status)} ${code ?? ""}`))).toEqual(new Set(refused.length === 0 ? [] : ["429 TooManyRequests"]));
  expect(instances.map(({ mostRunning }) => mostRunning)).toEqual([1, 1]);

  await until("a row for every request", () => gateway.rows().length === requests);
  const served = gateway.rows().filter(({ status }: RequestRow) => status === 200);
  expect(served.length).toBe(requests - refused.length);
  expect(served.length).toBeGreaterThan(requests * 0.7);
  const measured = mean(served.map(({ queueMs }) => queueMs));
  const simulated = mean(
    fifoWaits(
      served.map(({ startedAt, totalMs, queueMs }) => ({ arrivedAt: startedAt, serviceMs: totalMs - queueMs })),
      instances.length,
    ),
  );
  expect(measured).toBeGreaterThan(5);
  expect(Math.abs(measured - simulated), `mean wait ${measured.toFixed(1)} ms, simulated ${simulated.toFixed(1)} ms`).toBeLessThan(0.1 * simulated);
}, 90_000);
