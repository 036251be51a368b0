import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer, type ScoreOptions } from "#server/testing/scorer";

let gateway: TestGateway;
let scorer: TestScorer;
const models: ModelServer[] = [];

async function served(name: string, overrides: Parameters<typeof routingDeployment>[2]) {
  const model = await new ModelServer(name).start();
  models.push(model);
  return routingDeployment(name, [model.port], overrides);
}

beforeAll(async () => {
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
  const deployments = [
    await served("tensor", { scoringPath: "/v1/models/half:predict", scoringRoutes: ["/v1/models/half/metadata"] }),
    await served("triton", { scoringPath: "/v2/models/m/infer", pathPrefix: "/v2" }),
    await served("chat", { scoringPath: "/v1/chat/completions", pathPrefix: "/" }),
  ];
  await gateway.program(routingRevision(1, [routingEndpoint(deployments, { tensor: 100 })]));
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all(models.map((model) => model.stop()));
});

async function reached(deployment: string, path: string, method: ScoreOptions["method"] = "GET"): Promise<string> {
  const model = models.find(({ name }) => name === deployment);
  const before = model?.seen.length ?? 0;
  const answer = await scorer.score({ path: `/endpoints/demo${path}`, method, headers: { "azureml-model-deployment": deployment } });
  const seen = model?.seen.slice(before).map(({ url }) => url) ?? [];
  return answer.status === 200 ? String(seen[0]) : String(answer.code);
}

describe("routes that an environment declares", () => {
  it.each<[string, string, ScoreOptions["method"], string]>([
    ["tensor", "/score", "POST", "/v1/models/half:predict"],
    ["tensor", "/v1/models/half:predict", "POST", "/v1/models/half:predict"],
    ["tensor", "/v1/models/half/metadata", "GET", "/v1/models/half/metadata"],
    ["tensor", "/v1/models/half/metadata?x=1", "GET", "/v1/models/half/metadata?x=1"],
    ["tensor", "/v1/models/half", "GET", "RouteNotFound"],
    ["tensor", "/v2/health/ready", "GET", "RouteNotFound"],
    ["triton", "/v2", "GET", "/v2"],
    ["triton", "/v2/models/m/ready", "GET", "/v2/models/m/ready"],
    ["triton", "/v2/repository/index", "POST", "/v2/repository/index"],
    ["triton", "/v20/models", "GET", "RouteNotFound"],
    ["triton", "/metrics", "GET", "RouteNotFound"],
    ["triton", "/v2/%2e%2e/metrics", "GET", "RouteNotFound"],
    ["triton", "/v2/..%2fmetrics", "GET", "RouteNotFound"],
    ["triton", "/v2//metrics", "GET", "RouteNotFound"],
    ["triton", "/v2/%5c..%5cmetrics", "GET", "RouteNotFound"],
    ["chat", "/v1/models", "GET", "/v1/models"],
    ["chat", "/", "GET", "/"],
    ["chat", "/v1/files/a.b..c", "DELETE", "/v1/files/a.b..c"],
  ])("%s: %s by %s gives %s", async (deployment, path, method, expected) => {
    expect(await reached(deployment, path, method)).toBe(expected);
  });

  it("change on a running gateway", async () => {
    const [first] = models;
    if (first === undefined) throw new Error("no model");
    const tensor = (overrides: Parameters<typeof routingDeployment>[2]) => routingDeployment("tensor", [first.port], { scoringPath: "/score", ...overrides });
    await gateway.program(routingRevision(2, [routingEndpoint([tensor({ pathPrefix: "/v1" })], { tensor: 100 })]));
    expect(await reached("tensor", "/v1/x")).toBe("/v1/x");
    await gateway.program(routingRevision(3, [routingEndpoint([tensor({ scoringRoutes: ["/v3"] })], { tensor: 100 })]));
    expect(await reached("tensor", "/v1/x")).toBe("RouteNotFound");
    expect(await reached("tensor", "/v3")).toBe("/v3");
  });
});
