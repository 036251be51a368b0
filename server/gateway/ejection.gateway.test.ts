import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";
import { sendCommand } from "./proxy/command-socket";

let gateway: TestGateway;
let scorer: TestScorer;
let first: ModelServer;
let second: ModelServer;

beforeEach(async () => {
  [first, second] = [await new ModelServer("first").start(), await new ModelServer("second").start()];
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
  await program(1);
});

function program(revision: number, own: Partial<RoutingEndpoint> = {}) {
  const deployment = routingDeployment("blue", [first.port, second.port], { requestTimeoutMs: 500 });
  return gateway.program(routingRevision(revision, [routingEndpoint([deployment], { blue: 100 }, own)]));
}

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

const weightOf = async (model: ModelServer) => (await sendCommand(gateway.layout.adminSocket, `get weight dep_blue/ins_${String(model.port)}`)).split(" ")[0];
const workers = 4;

describe("an instance that answers worse than its peer", () => {
  it("gets no more requests after a few failures, and gets them again when it is well", async () => {
    const load = new Load(scorer, workers);
    await until("requests to flow", () => load.answers.length > 100);
    first.habit = "status-500";
    await until("it to be out", async () => (await weightOf(first)) === "0");
    const seen = first.seen.length;
    const reached = load.answers.length;
    await until("requests to flow on", () => load.answers.length > reached + 200);
    expect(first.seen.length).toBe(seen);
    first.habit = "";
    await until("it to serve again", () => first.seen.length > seen + 20);
    await load.stop();
    // Those on their way while the agent read of the fifth.
    expect(load.problems().length).toBeLessThanOrEqual(5 + 10 * workers);
    expect(load.failures).toEqual([]);
  });

  it.each([false, true])("is known by its silence as well, also where answers are compressed (%s)", async (compression) => {
    if (compression) await program(2, { compression });
    first.habit = "wait-60000";
    const load = new Load(scorer, 2 * workers, { headers: { "accept-encoding": "gzip" } });
    await until("it to be out", async () => (await weightOf(first)) === "0");
    const reached = load.answers.length;
    await until("requests to flow on", () => load.answers.length > reached + 200);
    await load.stop();
    expect(new Set(load.problems())).toEqual(new Set(["408 ModelTimeout"]));
  });
});

it("nobody is ejected for what both do", async () => {
  [first.habit, second.habit] = ["status-500", "status-500"];
  const load = new Load(scorer, workers);
  await until("many to fail", () => load.answers.length > 300);
  await load.stop();
  expect([await weightOf(first), await weightOf(second)]).toEqual(["1", "1"]);
});

it("a new agent finds every instance in its place", async () => {
  await sendCommand(gateway.layout.adminSocket, `set weight dep_blue/ins_${String(first.port)} 0`);
  await gateway.restartAgent();
  await until("the weight to be whole", async () => (await weightOf(first)) === "1");
});
