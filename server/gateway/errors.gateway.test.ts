import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";

// Which error comes when is `conformance/`; here is how soon.

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;

beforeAll(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
  const blue = routingDeployment("blue", [model.port], { queueTimeoutMs: 300, maxConcurrentRequestsPerInstance: 1 });
  await gateway.program(routingRevision(1, [routingEndpoint([blue], { blue: 100 })]));
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

describe("errors of the gateway", () => {
  it("TooManyRequests come at once, QueueTimeout when its time is over", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => scorer.score({ headers: { "x-do": "wait-900" } })));
    const over = answers.filter(({ code }) => code === "TooManyRequests");
    const queued = answers.filter(({ code }) => code === "QueueTimeout");
    expect([over.length, queued.length]).toEqual([2, 1]);
    for (const { elapsedMs } of over) expect(elapsedMs).toBeLessThan(250);
    for (const { elapsedMs } of queued) expect(elapsedMs).toBeGreaterThanOrEqual(300);
  });
});
