import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer, type SeenRequest } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingKey, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";

let gateway: TestGateway;
let blue: ModelServer;
let green: ModelServer;
let scorer: TestScorer;

beforeAll(async () => {
  blue = await new ModelServer("blue").start();
  green = await new ModelServer("green").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
  const deployments = [routingDeployment("blue", [blue.port]), routingDeployment("green", [green.port])];
  await gateway.program(
    routingRevision(1, [
      routingEndpoint(deployments, { blue: 100 }),
      routingEndpoint([], {}, { id: "ep_other", name: "other", keys: [routingKey("key-other")] }),
    ]),
  );
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([blue.stop(), green.stop()]);
});

function last(server: ModelServer): SeenRequest {
  const seen = server.seen.at(-1);
  if (seen === undefined) throw new Error(`${server.name} has seen no request`);
  return seen;
}

describe("headers that only the gateway may set", () => {
  it("never reach the model, however they are spelled", async () => {
    const headers = {
      "X-Sluice-Deadline-Ms": "1",
      "x-sluice-to": "green",
      "X-SLUICE-MIRROR": "green",
      "x-key-id": "somebody",
      "X-Key-Name": "somebody",
      "x-forwarded-for": "10.0.0.1",
      "X-Forwarded-Host": "evil.example",
      "x-forwarded-proto": "gopher",
      forwarded: "for=10.0.0.1",
      "x-real-ip": "10.0.0.1",
      "x-split-bucket": "1",
      "x-mirror-to": "green",
    };
    expect((await scorer.score({ headers })).status).toBe(200);
    const seen = last(blue).headers;
    expect(seen["x-forwarded-for"]).toBe("127.0.0.1");
    expect(seen["x-forwarded-proto"]).toBe("https");
    expect(Number(seen["x-sluice-deadline-ms"])).toBeGreaterThan(Date.now());
    const ours = ["x-forwarded-for", "x-forwarded-proto", "x-sluice-deadline-ms"];
    const left = Object.keys(seen).filter((name) => /^(x-sluice|x-key|x-forwarded|forwarded|x-real|x-split|x-mirror)/.test(name) && !ours.includes(name));
    expect(left).toEqual([]);
  });

  it("the key is taken off before the model", async () => {
    await scorer.score();
    expect(last(blue).headers.authorization).toBeUndefined();
    expect(JSON.stringify(last(blue).headers)).not.toContain("key-1");
  });

  it("the model's own answers cannot forge ours", async () => {
    const { headers } = await scorer.score();
    expect(headers["x-ms-error-code"]).toBeUndefined();
    expect(headers["ms-azureml-model-error-statuscode"]).toBeUndefined();
    expect(headers["x-sluice-forged"]).toBeUndefined();
    expect(headers["azureml-model-deployment"]).toBe("blue");
    expect(headers["x-request-id"]).not.toBe("forged");
  });

  it("an answer says how long its request waited and how long the model took", async () => {
    const { headers } = await scorer.score({ headers: { "x-do": "wait-150" } });
    expect(Number(headers["ms-azureml-queue-time"])).toBeLessThan(100);
    expect(Number(headers["ms-azureml-model-time"])).toBeGreaterThanOrEqual(149);
    expect(Number(headers["ms-azureml-model-time"])).toBeLessThan(1000);
  });

  it("the deadline is arrival plus queue wait plus request timeout", async () => {
    const before = Date.now();
    await scorer.score();
    const deadline = Number(last(blue).headers["x-sluice-deadline-ms"]);
    expect(deadline).toBeGreaterThanOrEqual(before + 10_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 10_000);
  });
});

describe("ids", () => {
  it("the request id is always ours, time-ordered, and the same for model and caller", async () => {
    const first = await scorer.score({ headers: { "x-request-id": "mine", "x-ms-request-id": "mine" } });
    const seen = last(blue).headers;
    const second = await scorer.score();
    const [a, b] = [first, second].map(({ headers }) => String(headers["x-request-id"]));
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect([seen["x-request-id"], seen["x-ms-request-id"], first.headers["x-ms-request-id"]]).toEqual([a, undefined, a]);
    const millisecond = (id = "") => Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(millisecond(a)).toBeLessThanOrEqual(millisecond(b));
    expect(Math.abs(millisecond(b) - Date.now())).toBeLessThan(5000);
  });

  it("the caller's own id is reduced to harmless characters and echoed", async () => {
    const { headers } = await scorer.score({ headers: { "x-ms-client-request-id": 'order "7", <b>_.-' + "x".repeat(200) } });
    expect(headers["x-ms-client-request-id"]).toBe(`order7b_.-${"x".repeat(90)}`);
    expect(last(blue).headers["x-ms-client-request-id"]).toBe(headers["x-ms-client-request-id"]);
  });

  it("a W3C traceparent passes untouched", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await scorer.score({ headers: { traceparent } });
    expect(last(blue).headers["traceparent"]).toBe(traceparent);
  });
});

describe("pin", () => {
  it("reaches a deployment without weight, in any case, and says which one served", async () => {
    for (const pin of ["green", "GREEN"]) {
      const answer = await scorer.score({ headers: { "azureml-model-deployment": pin } });
      expect([answer.text, answer.headers["azureml-model-deployment"]]).toEqual(['{"model":"green"}', "green"]);
    }
  });

  it.each(["#a", "a", "../green", "green|", "green:dep_blue", "green;show", "", " ", "gre en", "green,blue", "x".repeat(65), "*"])(
    "'%s' reaches no deployment and no slot",
    async (pin) => {
      const answer = await scorer.score({ headers: { "azureml-model-deployment": pin } });
      expect([answer.status, answer.code, answer.headers["azureml-model-deployment"]]).toEqual([404, "DeploymentNotFound", undefined]);
    },
  );
});

describe("keys and routes", () => {
  it("a key opens its own endpoint only", async () => {
    expect((await scorer.score({ key: "key-other" })).code).toBe("Unauthorized");
    expect((await scorer.score({ key: "key-other", path: "/endpoints/other/score" })).code).toBe("NoTraffic");
  });

  it.each(["demo|x", "demo%7c", "demo;", "demo:", "demo#", "de mo".replace(" ", "%20")])("the endpoint name '%s' is unknown", async (name) => {
    expect((await scorer.score({ path: `/endpoints/${name}/score`, method: "GET" })).code).toMatch(/EndpointNotFound|RouteNotFound/);
  });

  it("the endpoint's name is found in any case, and the query string passes", async () => {
    expect((await scorer.score({ path: "/endpoints/DEMO/score?verbose=1" })).status).toBe(200);
    expect(last(blue).url).toBe("/score?verbose=1");
  });

  it("the description passes by GET", async () => {
    expect((await scorer.score({ path: "/endpoints/demo/swagger.json?version=3", method: "GET" })).status).toBe(200);
    expect(last(blue).url).toBe("/swagger.json?version=3");
  });

  it("HTTP/2 and plain HTTP on loopback are the same door", async () => {
    const h2 = new TestScorer(gateway.url, { http2: true });
    const plain = new TestScorer(gateway.plainUrl);
    expect((await h2.score()).status).toBe(200);
    expect((await plain.score()).status).toBe(200);
    expect(last(blue).headers["x-forwarded-proto"]).toBe("http");
    expect((await plain.score({ key: null })).code).toBe("Unauthorized");
    await Promise.all([h2.close(), plain.close()]);
  });
});
