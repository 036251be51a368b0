import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingGrant, RoutingKey } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { clientRoutingKey, routingDeployment, routingEndpoint, routingKey, routingRevision } from "#server/testing/routing";
import { TestScorer, type Answer } from "#server/testing/scorer";

// Which error comes when is `conformance/`; here is what takes time, and what the gateway does alone.

let gateway: TestGateway;
let model: ModelServer;
let scorer: TestScorer;

beforeEach(async () => {
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await model.stop();
});

const program = (revision: number, keys: readonly RoutingKey[]) =>
  gateway.program(
    routingRevision(revision, [routingEndpoint([routingDeployment("blue", [model.port])], { blue: 100 }, { keys: [routingKey("key-1"), ...keys] })]),
  );
const call = (key: string): Promise<Answer> => scorer.score({ key });
const batch = (grant: Partial<RoutingGrant> = {}) => clientRoutingKey("slk_batch", "batch", grant);

describe("a client key", () => {
  it("is refused within a second of its revocation, also on a connection that is open", async () => {
    await program(1, [batch()]);
    expect((await call("slk_batch")).status).toBe(200);
    const startedAt = performance.now();
    const programmed = program(2, []);
    await until("a refusal", async () => (await call("slk_batch")).status === 401, 1000);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await programmed;
    expect((await call("key-1")).status).toBe(200);
  });

  it("ends at its time in a gateway that has neither agent nor control plane, and so does the secret before a rotation", async () => {
    const notAfter = Date.now() + 1500;
    await program(1, [batch({ notAfter }), clientRoutingKey("slk_old", "app", { notAfter }), clientRoutingKey("slk_new", "app")]);
    await gateway.agent.stop();
    await gateway.controlPlane.stop();
    expect((await Promise.all(["slk_batch", "slk_old", "slk_new"].map(call))).map(({ status }) => status)).toEqual([200, 200, 200]);
    await pause(notAfter - Date.now() + 50);
    expect((await Promise.all(["slk_batch", "slk_old", "slk_new"].map(call))).map(({ status, code }) => [status, code])).toEqual([
      [401, "KeyExpired"],
      [401, "KeyExpired"],
      [200, null],
    ]);
  });

  it("that reached its quota is let in again at midnight without anybody's doing", async () => {
    const blockedUntil = Date.now() + 1200;
    await program(1, [batch({ dailyQuota: 5, blockedUntil })]);
    await gateway.agent.stop();
    const refused = await call("slk_batch");
    expect([refused.status, refused.code]).toEqual([429, "KeyQuotaReached"]);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(2);
    await pause(blockedUntil - Date.now() + 50);
    expect((await call("slk_batch")).status).toBe(200);
  });

  it("keeps its rate, shared by both its secrets, is told the limit, and gets the rate also when it never pauses", async () => {
    const rate = { perSecond: 20, here: 20 };
    await program(1, [batch({ rate }), clientRoutingKey("slk_before", "batch", { rate }), clientRoutingKey("slk_free", "free")]);
    const counts: Record<string, number> = {};
    const deadline = Date.now() + 3000;
    for (let turn = 0; Date.now() < deadline; turn += 1) {
      const answer = await call(turn % 2 === 0 ? "slk_batch" : "slk_before");
      const outcome = String(answer.code ?? answer.status);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (answer.code === null) continue;
      expect(answer.headers["retry-after"]).toBe("1");
      expect(answer.text).toContain("The key batch may send 20 requests a second.");
    }
    expect(Object.keys(counts).sort()).toEqual(["200", "KeyRateReached"]);
    // 3 s at 20 a second, with one full window at the start.
    expect(counts["200"]).toBeGreaterThanOrEqual(50);
    expect(counts["200"]).toBeLessThanOrEqual(85);
    for (let turn = 0; turn < 50; turn += 1) expect((await call(turn % 2 === 0 ? "slk_free" : "key-1")).status).toBe(200);
  });

  it("stands in the row by its name, refused or not, and nobody can write another there", async () => {
    await program(1, [batch(), clientRoutingKey("slk_past", "past", { notAfter: 1 })]);
    const good = await scorer.score({ key: "slk_batch", headers: { "x-key-name": "past", "x-sluice-key": "past" } });
    const late = await call("slk_past");
    await until("two rows", () => gateway.rows().length >= 2, 15_000);
    const rowOf = ({ headers }: Answer) => gateway.rows().find(({ requestId }) => requestId === headers["x-request-id"]);
    expect(rowOf(good)).toMatchObject({ status: 200, keyName: "batch", deployment: "blue" });
    expect(rowOf(late)).toMatchObject({ status: 401, errorCode: "KeyExpired", keyName: "past", deployment: "" });
    expect(JSON.stringify(gateway.rows())).not.toContain("slk_");
  });

  it("is one of 5,000 that are put in force, changed one by one and read back quickly", async () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      clientRoutingKey(`slk_${String(index)}`, `client-${String(index)}`, { rate: { perSecond: 9, here: 9 } }),
    );
    await program(1, many);
    const startedAt = performance.now();
    await program(2, many.slice(1));
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect((await Promise.all(["slk_0", "slk_1", "slk_4999"].map(call))).map(({ status }) => status)).toEqual([401, 200, 200]);
  });
});
