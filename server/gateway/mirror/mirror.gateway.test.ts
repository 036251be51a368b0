import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingMirror, RoutingRevision } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";
import { sendBytes, statusesOf } from "#server/testing/wire/socket";

let gateway: TestGateway;
let blue: ModelServer;
let green: ModelServer;
let red: ModelServer;
let scorer: TestScorer;

beforeEach(async () => {
  [blue, green, red] = await Promise.all([new ModelServer("same").start(), new ModelServer("same").start(), new ModelServer("other").start()]);
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
  await mirrorIsUp();
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([blue.stop(), green.stop(), red.stop()]);
});

function mirrored(revision: number, shares: RoutingMirror["shares"], weights: Record<string, number> = { blue: 100 }): RoutingRevision {
  const deployments = [
    routingDeployment("blue", [blue.port]),
    routingDeployment("green", [green.port], { scoringPath: "/predict" }),
    routingDeployment("red", [red.port]),
  ];
  return routingRevision(revision, [routingEndpoint(deployments, weights, { mirror: { shares, tolerance: 1e-6 }, pinBy: ["path"] })]);
}

/** The proxy goes around the mirror until it has seen that it is there. */
const mirrorIsUp = () => new Promise((resolve) => setTimeout(resolve, 700));
const scoreMany = (count: number) => Promise.all(Array.from({ length: count }, () => scorer.score()));

describe("a mirrored call", () => {
  it("is answered by its model as any other, and the shadow gets the same", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const answer = await scorer.score({ path: "/endpoints/demo/score?x=1", body: '{"data":[7]}', headers: { "x-own": "a" } });
    expect([answer.status, answer.headers["azureml-model-deployment"]]).toEqual([200, "blue"]);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("x-sluice"))).toEqual([]);
    await until("the copy", () => green.seen.length === 1);
    const [copy, original] = [green.seen[0], blue.seen[0]];
    expect([original?.url, copy?.url, copy?.method, copy?.bodyBytes]).toEqual(["/score?x=1", "/predict?x=1", "POST", 12]);
    expect(copy?.headers["azureml-model-deployment"]).toBe("green");
    expect(copy?.headers["x-sluice-mirrored"]).toBe("true");
    expect(copy?.headers["x-own"]).toBe("a");
    expect(copy?.headers["x-request-id"]).toBe(answer.headers["x-request-id"]);
    const ours = (headers: object | undefined) => Object.keys(headers ?? {}).filter((name) => name.startsWith("x-sluice-"));
    expect([ours(original?.headers), ours(copy?.headers)]).toEqual([["x-sluice-deadline-ms"], ["x-sluice-deadline-ms", "x-sluice-mirrored"]]);
    expect(JSON.stringify([original?.headers, copy?.headers])).not.toContain("authorization");
  });

  it("has a row of its own with the instance and its times, and the copy has one that is marked", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    await scorer.score({ headers: { "x-do": "wait-50" } });
    await until("two rows", () => gateway.rows().length === 2);
    const [copy, call] = [...gateway.rows()].sort((a, b) => Number(b.mirrored) - Number(a.mirrored));
    expect(call).toMatchObject({
      deployment: "blue",
      instanceId: `ins_${String(blue.port)}`,
      status: 200,
      modelStatus: 200,
      mirrored: false,
      keyName: "primary",
    });
    expect(call?.modelMs).toBeGreaterThanOrEqual(45);
    expect(copy).toMatchObject({ deployment: "green", instanceId: `ins_${String(green.port)}`, status: 200, mirrored: true, path: "/endpoints/demo/score" });
    expect(copy?.requestId).toBe(call?.requestId);
  });

  it("that the model fails has the same answer and row as without a mirror", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const failed = await scorer.score({ headers: { "x-do": "status-500" } });
    expect([failed.status, failed.headers["ms-azureml-model-error-statuscode"]]).toEqual([424, "500"]);
    const broken = await scorer.score({ headers: { "x-do": "break" } });
    expect([broken.status, broken.code]).toEqual([424, "ModelConnectionBroken"]);
    await until("rows", () => gateway.rows().filter((row) => !row.mirrored).length === 2);
    const rows = gateway.rows().filter((row) => !row.mirrored);
    expect(rows.map(({ status, modelStatus, errorCode }) => [status, modelStatus, errorCode])).toEqual([
      [424, 500, ""],
      [424, 0, "ModelConnectionBroken"],
    ]);
  });

  it("is drawn with the share that was asked for, never when pinned, and never for the swagger", async () => {
    await gateway.program(mirrored(1, { green: 25, red: 5 }));
    for (let round = 0; round < 100; round += 1) await scoreMany(10);
    await until("no copy under way", () => gateway.records().length >= green.seen.length + red.seen.length);
    for (const [shadow, share] of [
      [green, 0.25],
      [red, 0.05],
    ] as const)
      expect(Math.abs(shadow.seen.length - 1000 * share)).toBeLessThan(5 * Math.sqrt(1000 * share * (1 - share)));
    await gateway.program(mirrored(2, { green: 100 }));
    const before = green.seen.length;
    await scorer.score({ headers: { "azureml-model-deployment": "blue" } });
    expect((await scorer.score({ path: "/endpoints/blue--demo/score" })).status).toBe(200);
    await scorer.score({ method: "GET", path: "/endpoints/demo/swagger.json" });
    await scorer.score();
    await until("the one copy", () => green.seen.length === before + 1);
  });

  it("goes to the shadow's scoring path, also when it came by the model's own", async () => {
    await gateway.program(mirrored(1, { red: 100 }, { green: 100 }));
    expect((await scorer.score({ path: "/endpoints/demo/predict" })).status).toBe(200);
    await until("the copy", () => red.seen.length === 1);
    expect([green.seen[0]?.url, red.seen[0]?.url]).toEqual(["/predict", "/score"]);
  });

  it("on a kept connection of a proxy that drains is answered, straight", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const kept = new TestScorer(gateway.plainUrl, { connections: 1 });
    expect((await kept.score()).status).toBe(200);
    process.kill(await gateway.proxy.workerPid(), "SIGUSR1");
    expect((await kept.score()).status).toBe(200);
    expect(blue.seen.length).toBe(2);
    await kept.close();
  });

  it("that the mirror could not read as the proxy does goes straight", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const odd = await scorer.score({ path: "/endpoints/demo/healthy" });
    expect([odd.status, odd.code]).toEqual([404, "RouteNotFound"]);
    const request = "POST /endpoints/demo/score HTTP/1.0\r\nauthorization: Bearer key-1\r\ncontent-length: 2\r\n\r\n{}";
    const heard = await sendBytes(gateway.settings.plainHttp?.port ?? 0, [request], { enough: (text) => text.includes("same"), silenceMs: 3000 });
    expect(statusesOf(heard.text)).toEqual([200]);
    expect(green.seen).toEqual([]);
  });

  it("is not compared with itself where the shadow has callers too", async () => {
    await gateway.program(mirrored(1, { green: 100 }, { blue: 50, green: 50 }));
    for (let round = 0; round < 4; round += 1) await scoreMany(10);
    await until("a copy of each that blue answered", () => gateway.records().length === blue.seen.length);
    expect(blue.seen.length + green.seen.filter(({ headers }) => headers["x-sluice-mirrored"] === undefined).length).toBe(40);
  });
});

describe("answers", () => {
  it("that agree and that do not are told with both sides", async () => {
    await gateway.program(mirrored(1, { green: 100, red: 100 }));
    const answer = await scorer.score();
    await until("two records", () => gateway.records().length === 2);
    const [agreed, disagreed] = [...gateway.records()].sort((a, b) => (a.outcome < b.outcome ? -1 : 1));
    expect(agreed).toMatchObject({
      shadow: "green",
      primary: "blue",
      outcome: "agreed",
      primaryStatus: 200,
      shadowStatus: 200,
      difference: "",
      primaryBody: "",
    });
    expect(disagreed).toMatchObject({
      requestId: answer.headers["x-request-id"],
      endpoint: "demo",
      shadow: "red",
      outcome: "disagreed",
      difference: '$.model: "same" and "other"',
      primaryBody: '{"model":"same"}',
      shadowBody: '{"model":"other"}',
    });
    expect(agreed?.primaryMs).toBeGreaterThanOrEqual(0);
    expect(agreed?.shadowMs).toBeGreaterThanOrEqual(0);
  });

  it("of a shadow that fails are told with its status", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    green.habit = "status-500";
    await scorer.score();
    await until("a record", () => gateway.records().length === 1);
    expect(gateway.records()[0]).toMatchObject({ outcome: "disagreed", primaryStatus: 200, shadowStatus: 500, difference: "status: 200 and 500" });
  });
});

describe("callers never notice", () => {
  it("a shadow that is gone, or hangs: nobody waits, and what could not be copied is counted", async () => {
    await gateway.stop();
    gateway = await TestGateway.start({ mirrorLimits: { copiesPerShadow: 4 } });
    await scorer.close();
    scorer = new TestScorer(gateway.plainUrl);
    await mirrorIsUp();
    await gateway.program(mirrored(1, { green: 100, red: 100 }));
    green.habit = "wait-10000";
    await red.stop();
    const load = new Load(scorer, 4);
    await until("hundreds of calls", () => load.answers.length > 300, 20_000);
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(Math.max(...load.answers.map(({ elapsedMs }) => elapsedMs))).toBeLessThan(2000);
    await until("skipped copies", () => gateway.records().some(({ reason }) => reason === "too_many_copies"));
    await until("failed copies", () => gateway.records().some(({ shadow, outcome }) => shadow === "red" && outcome === "failed"));
    await red.start(red.port);
  }, 60_000);

  it("a mirror that is away: calls go around it, and copies are made again when it is back", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const load = new Load(scorer, 4);
    await until("copies", () => green.seen.length > 20);
    await gateway.mirror.stop();
    const without = green.seen.length;
    await until("calls without it", () => load.answers.length > 100 + without, 20_000);
    expect(green.seen.length - without).toBeLessThan(10);
    await gateway.restartMirror();
    await until("copies again", () => green.seen.length > without + 50);
    await load.stop();
    expect(load.problems()).toEqual([]);
  }, 60_000);

  it("a body that is too large to be copied passes, and is counted; memory is given back", async () => {
    await gateway.program(mirrored(1, { green: 100 }));
    const large = Buffer.alloc(1_500_000, 97);
    await gateway.program(
      routingRevision(2, [
        routingEndpoint(
          [routingDeployment("blue", [blue.port], { maxBodyBytes: 10_000_000 }), routingDeployment("green", [green.port])],
          { blue: 100 },
          { mirror: { shares: { green: 100 }, tolerance: 0 } },
        ),
      ]),
    );
    const answer = await scorer.score({ body: large });
    expect(answer.status).toBe(200);
    expect(blue.seen.at(-1)?.bodyBytes).toBe(large.length);
    await until("a record", () => gateway.records().length === 1);
    expect(gateway.records()[0]).toMatchObject({ outcome: "skipped", reason: "body_too_large" });
    expect(green.seen).toEqual([]);
  });
});
