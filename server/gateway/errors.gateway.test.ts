import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer, type Answer } from "#server/testing/scorer";

// Which error comes when is `conformance/`; here is what it waits for.

const longMs = 80_000;

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;

beforeEach(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
});

afterEach(async () => {
  model.release();
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

/** An instance that takes one call at a time, and has one that does not end; resolves to what its caller is answered at last. */
async function busy(queueTimeoutMs: number): Promise<{ readonly first: Promise<Answer> }> {
  const blue = routingDeployment("blue", [model.port], { queueTimeoutMs, requestTimeoutMs: longMs, maxConcurrentRequestsPerInstance: 1 });
  await gateway.program(routingRevision(1, [routingEndpoint([blue], { blue: 100 })]));
  const first = held();
  await until("the model to be called", () => model.running === 1);
  return { first };
}
const held = (): Promise<Answer> => scorer.score({ headers: { "x-do": "hold" } });

describe("errors of the gateway", () => {
  it("TooManyRequests waits neither for the instance nor for the queue", async () => {
    const { first } = await busy(longMs);
    const answered: Answer[] = [];
    const others = [1, 2, 3].map(() => held().then((answer) => answered.push(answer)));
    // Nothing that could be waited for ends before the model is released.
    await until("two of three to be answered", () => answered.length === 2, 60_000);
    expect(answered.map(({ status, code }) => [status, code])).toEqual([1, 2].map(() => [429, "TooManyRequests"]));
    expect(model.running).toBe(1);
    model.release();
    await Promise.all(others);
    expect([(await first).status, answered.at(-1)?.status]).toEqual([200, 200]);
  });

  it("QueueTimeout comes when its time is over, though the instance is still busy", async () => {
    const { first } = await busy(300);
    const { code, elapsedMs } = await held();
    expect(code).toBe("QueueTimeout");
    expect(elapsedMs).toBeGreaterThanOrEqual(300);
    expect(model.running).toBe(1);
    model.release();
    expect((await first).status).toBe(200);
  });
});
