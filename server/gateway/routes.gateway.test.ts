import { afterAll, beforeAll, expect, it } from "vitest";
import type { PinPlace } from "#server/domain/routing-options/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";

// Which routes pass and which addresses choose a deployment is `conformance/`; here is that they change.

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;

beforeAll(async () => {
  model = await new ModelServer("tensor").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

async function reached(path: string): Promise<string> {
  const before = model.seen.length;
  const answer = await scorer.score({ path: `/endpoints/demo${path}`, method: "GET" });
  return answer.status === 200 ? String(model.seen[before]?.url) : String(answer.code);
}

it("routes that an environment declares change on a running gateway", async () => {
  const program = (revision: number, overrides: Parameters<typeof routingDeployment>[2]) =>
    gateway.program(routingRevision(revision, [routingEndpoint([routingDeployment("tensor", [model.port], overrides)], { tensor: 100 })]));
  await program(1, { scoringRoutes: ["/v2"] });
  expect([await reached("/v1/x"), await reached("/v2")]).toEqual(["RouteNotFound", "/v2"]);
  await program(2, { pathPrefix: "/v1" });
  expect([await reached("/v1/x"), await reached("/v2")]).toEqual(["/v1/x", "RouteNotFound"]);
  await program(3, { scoringRoutes: ["/v3"] });
  expect([await reached("/v1/x"), await reached("/v3")]).toEqual(["RouteNotFound", "/v3"]);
});

it("addresses that choose a deployment begin and cease to on a running gateway, without weight too, and their rows are those of pinned calls", async () => {
  const program = (revision: number, pinBy: readonly PinPlace[]) =>
    gateway.program(routingRevision(revision, [routingEndpoint([routingDeployment("tensor", [model.port])], {}, { pinBy })]));
  const pinned = async (host: string, path: string) => {
    const { status, code } = await scorer.score({ path, headers: { host } });
    return status === 200 ? "scored" : String(code);
  };
  const both = async () => [await pinned("localhost", "/endpoints/tensor--demo/score"), await pinned("tensor--demo.endpoints.example.com", "/score")];
  await program(4, []);
  expect(await both()).toEqual(["EndpointNotFound", "EndpointNotFound"]);
  await program(5, ["path"]);
  expect(await both()).toEqual(["scored", "EndpointNotFound"]);
  await program(6, ["host"]);
  expect(await both()).toEqual(["EndpointNotFound", "scored"]);
  await program(7, []);
  expect(await both()).toEqual(["EndpointNotFound", "EndpointNotFound"]);
  const rows = () => gateway.rows().filter((row) => row.pinned);
  await until("two rows", () => rows().length === 2);
  expect(rows().map(({ path }) => path)).toEqual(["/endpoints/tensor--demo/score", "/score"]);
});
