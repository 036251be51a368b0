import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestGateway } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";

// Which headers pass and which do not is `conformance/`; here is what needs arithmetic.

let gateway: TestGateway;
let blue: ModelServer;
let scorer: TestScorer;

beforeAll(async () => {
  blue = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.url);
  await gateway.program(routingRevision(1, [routingEndpoint([routingDeployment("blue", [blue.port])], { blue: 100 })]));
});

afterAll(async () => {
  await scorer.close();
  await gateway.stop();
  await blue.stop();
});

/** A call as Node sends it, which sets the headers of a connection as they are told. */
const call = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const options = { method: "POST", headers: { authorization: "Bearer key-1", ...headers }, agent: false, rejectUnauthorized: false };
    const sent = request(`${gateway.url}/endpoints/demo/score`, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end("{}");
  });

it("an upgrade that the connection does not name is none: the model's connection is not left open for another call", async () => {
  expect(await call({ upgrade: "websocket", connection: "keep-alive" })).toBe(200);
  expect(blue.seen.at(-1)?.headers).toMatchObject({ connection: "close" });
  expect(blue.seen.at(-1)?.headers).not.toHaveProperty("upgrade");
});

describe("headers that the gateway sets", () => {
  it("the deadline is arrival plus queue wait plus request timeout", async () => {
    const before = Date.now();
    await scorer.score();
    const deadline = Number(blue.seen.at(-1)?.headers["x-sluice-deadline-ms"]);
    expect(deadline).toBeGreaterThanOrEqual(before + 10_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 10_000);
  });

  it("the request id is time-ordered, and the same for model and caller", async () => {
    const first = await scorer.score();
    const seen = blue.seen.at(-1)?.headers["x-request-id"];
    const second = await scorer.score();
    const [a, b] = [first, second].map(({ headers }) => String(headers["x-request-id"]));
    expect(seen).toBe(a);
    const millisecond = (id = "") => Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(millisecond(a)).toBeLessThanOrEqual(millisecond(b));
    expect(Math.abs(millisecond(b) - Date.now())).toBeLessThan(5000);
  });
});
