import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingRevision } from "#server/domain/routing/types";
import { requestRowSchema } from "#server/domain/request-row/schema";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelProcess, ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingInstance, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";
import { sendCommand } from "./proxy/command-socket";

let gateway: TestGateway;
let scorer: TestScorer;

beforeEach(async () => {
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
});

function blueOn(revision: number, ports: readonly number[], overrides: Parameters<typeof routingDeployment>[2] = {}): RoutingRevision {
  return routingRevision(revision, [routingEndpoint([routingDeployment("blue", ports, overrides)], { blue: 100 })]);
}

describe("instances", () => {
  it("one of two killed under load: only what it was scoring fails, and with a body", async () => {
    const [first, second] = [await ModelProcess.start(30), await ModelProcess.start(30)];
    await gateway.program(blueOn(1, [first.port, second.port]));
    const workers = 8;
    const load = new Load(scorer, workers);
    await until("requests to flow", () => load.answers.length > 50);
    await first.kill();
    const reached = load.answers.length;
    await until("requests to flow on", () => load.answers.length > reached + 200);
    await load.stop();
    await second.kill();
    expect(load.failures).toEqual([]);
    const failed = load.answers.filter(({ status }) => status !== 200);
    expect(failed.map(({ status, code }) => `${String(status)} ${String(code)}`)).toEqual(failed.map(() => "424 ModelConnectionBroken"));
    expect(failed.length).toBeLessThanOrEqual(workers);
  });

  it("one that drains finishes what it has, takes nothing more, and is deleted when it is free", async () => {
    const [leaving, staying] = [await new ModelServer("leaving").start(), await new ModelServer("staying").start()];
    await gateway.program(blueOn(1, [leaving.port], { requestTimeoutMs: 60_000 }));
    // Held over all that follows: in the moment in which the proxy takes a server's last answer it may still give it a call.
    const slow = scorer.score({ headers: { "x-do": "hold" } });
    await until("the slow request to run", () => leaving.running === 1);
    await until("its report", () => gateway.controlPlane.reports.at(-1)?.instances[`ins_${String(leaving.port)}`] === 1);
    await gateway.program(blueOn(2, [], { instances: [routingInstance(leaving.port, { mode: "drain" }), routingInstance(staying.port)] }));
    const during = await Promise.all(Array.from({ length: 10 }, () => scorer.score()));
    expect(new Set(during.map(({ text }) => text))).toEqual(new Set(['{"model":"staying"}']));
    await gateway.program(blueOn(3, [staying.port]));
    leaving.release();
    expect(await slow).toMatchObject({ status: 200, text: '{"model":"leaving"}' });
    await until("its server to be deleted", async () => !(await sendCommand(gateway.layout.adminSocket, "show servers state")).includes(String(leaving.port)));
    await until("a report without it", () => gateway.controlPlane.reports.at(-1)?.instances[`ins_${String(leaving.port)}`] === undefined);
    await Promise.all([leaving.stop(), staying.stop()]);
  });

  it("an address that is used again by another model never serves the old deployment", async () => {
    const model = await new ModelServer("a").start();
    await gateway.program(blueOn(1, [model.port]));
    const load = new Load(scorer, 2);
    await gateway.program(blueOn(2, [], { queueTimeoutMs: 200 }));
    await load.stop();
    const before = model.seen.length;
    const other = routingEndpoint([routingDeployment("other", [model.port])], { other: 100 }, { id: "ep_b", name: "bravo" });
    await gateway.program(routingRevision(3, [...blueOn(3, [], { queueTimeoutMs: 200 }).endpoints, other]));
    expect((await scorer.score()).code).toBe("NoInstance");
    expect(model.seen.length).toBe(before);
    expect((await scorer.score({ path: "/endpoints/bravo/score" })).status).toBe(200);
    await model.stop();
  });

  it("requests wait for a first instance and run when it comes, never more at once than it takes", async () => {
    const model = await new ModelServer("late").start();
    await gateway.program(blueOn(1, [], { maxConcurrentRequestsPerInstance: 4 }));
    const waiting = Promise.all(Array.from({ length: 8 }, () => scorer.score({ headers: { "x-do": "wait-50" } })));
    await until("requests to wait", async () => /^dep_blue,BACKEND,/m.test(await sendCommand(gateway.layout.adminSocket, "show stat dep_blue 2 -1")));
    await gateway.program(blueOn(2, [model.port], { maxConcurrentRequestsPerInstance: 4 }));
    expect((await waiting).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(model.mostRunning).toBeLessThanOrEqual(4);
    await model.stop();
  });

  it("who is free takes the next: the queue is one per deployment", async () => {
    const models = [await new ModelServer("a").start(), await new ModelServer("b").start()];
    await gateway.program(
      blueOn(
        1,
        models.map(({ port }) => port),
        { maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 10_000 },
      ),
    );
    const blocked = scorer.score({ headers: { "x-do": "wait-1000" } });
    await until("one instance to be busy", () => models.some(({ running }) => running === 1));
    const quick = await Promise.all([1, 2, 3].map(() => scorer.score({ headers: { "x-do": "wait-50" } })));
    expect(quick.every(({ status, elapsedMs }) => status === 200 && elapsedMs < 900)).toBe(true);
    expect((await blocked).status).toBe(200);
    expect(models.map(({ mostRunning }) => mostRunning)).toEqual([1, 1]);
    await Promise.all(models.map((model) => model.stop()));
  });

  it("a request whose caller left while it waited never reaches the model", async () => {
    const model = await new ModelServer("busy").start();
    await gateway.program(blueOn(1, [model.port], { maxConcurrentRequestsPerInstance: 1, queueTimeoutMs: 10_000 }));
    const running = scorer.score({ headers: { "x-do": "wait-3000" } });
    await until("the first to run", () => model.running === 1);
    const impatient = new TestScorer(gateway.plainUrl);
    const left = impatient.score().catch(() => "left");
    await until("the second to wait", () => gateway.controlPlane.reports.at(-1)?.queuedByDeployment["dep_blue"] === 1);
    await impatient.close();
    expect(await left).toBe("left");
    expect((await running).status).toBe(200);
    await until("its row", () => gateway.rows().some(({ errorCode, status }) => errorCode === "ClientClosed" && status === 499));
    expect(model.seen).toHaveLength(1);
    await model.stop();
  });
});

describe("without a control plane", () => {
  it("a gateway starts from its files alone, with keys and splits", async () => {
    const model = await new ModelServer("blue").start();
    const acknowledged = await gateway.program(blueOn(1, [model.port]));
    await gateway.controlPlane.stop();
    await gateway.agent.stop();
    await gateway.proxy.kill();
    const startedAt = performance.now();
    await gateway.proxy.start();
    const answer = await scorer.score();
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(answer.status).toBe(200);
    expect((await scorer.score({ key: "wrong" })).code).toBe("Unauthorized");
    await gateway.restartAgent();
    await gateway.controlPlane.start();
    expect((await gateway.program(blueOn(2, [model.port]))).digest).toBe(acknowledged.digest);
    await model.stop();
  });

  it("requests go on while it is away, and the next revision is taken when it is back", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port]));
    const load = new Load(scorer, 4);
    await gateway.controlPlane.stop();
    const reached = load.answers.length;
    await until("requests to flow", () => load.answers.length > reached + 200);
    await gateway.controlPlane.start();
    await gateway.program(blueOn(2, [model.port], { requestTimeoutMs: 1234 }));
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(gateway.controlPlane.hellos.length).toBeGreaterThanOrEqual(2);
    const own = `127.0.0.1:${String(gateway.settings.bind.port)}`;
    expect(new Set(gateway.controlPlane.hellos.map(({ address }) => address))).toEqual(new Set([own]));
    await model.stop();
  });

  it("a revision of a restored database, with a smaller number, is taken", async () => {
    await gateway.program(blueOn(50, []));
    expect((await gateway.program(blueOn(3, []))).outcome).toBe("applied");
  });
});

describe("restarts", () => {
  it("of the agent touch no request and no setting", async () => {
    const model = await new ModelServer("blue").start();
    const { digest } = await gateway.program(blueOn(1, [model.port]));
    const pid = await gateway.proxy.workerPid();
    const load = new Load(scorer, 4);
    await gateway.restartAgent();
    const reached = load.answers.length;
    await until("requests to flow", () => load.answers.length > reached + 100);
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(await gateway.proxy.workerPid()).toBe(pid);
    expect((await gateway.program(blueOn(2, [model.port]))).digest).toBe(digest);
    await model.stop();
  });

  it("of the proxy bring it back to the revision in force, and the agent repairs what a file could not hold", async () => {
    const [draining, serving] = [await new ModelServer("draining").start(), await new ModelServer("serving").start()];
    await gateway.program(blueOn(1, [], { instances: [routingInstance(draining.port, { mode: "drain" }), routingInstance(serving.port)] }));
    await gateway.proxy.kill();
    await gateway.proxy.start();
    const answers = await Promise.all(Array.from({ length: 10 }, () => scorer.score()));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"model":"serving"}']));
    await gateway.program(blueOn(2, [draining.port, serving.port]));
    await Promise.all([draining.stop(), serving.stop()]);
  });

  it("a revision that arrives while the proxy is away is acknowledged when it is back", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, []));
    await gateway.proxy.kill();
    const acknowledged = gateway.program(blueOn(2, [model.port]));
    await gateway.proxy.start();
    expect((await acknowledged).outcome).toBe("applied");
    expect((await scorer.score()).status).toBe(200);
    await model.stop();
  });

  it("whatever a stranger changed in the proxy is repaired with the next revision", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port]));
    const { adminSocket } = gateway.layout;
    await sendCommand(adminSocket, "add map tables/keys.map demo|x intruder");
    await sendCommand(adminSocket, "add map tables/keys.map demo|x intruder");
    await sendCommand(adminSocket, `set server dep_blue/ins_${String(model.port)} state maint`);
    await sendCommand(adminSocket, "del map tables/plan.map demo");
    await gateway.program(blueOn(2, [model.port]));
    expect((await scorer.score()).status).toBe(200);
    expect(await sendCommand(adminSocket, "show map tables/keys.map")).not.toContain("intruder");
    await model.stop();
  });

  it("a template of another release is taken over by a reload that fails no request", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port]));
    const pid = await gateway.proxy.workerPid();
    const load = new Load(scorer, 4);
    gateway.settings.maxConnections += 1;
    await gateway.restartAgent();
    await until("the reload", async () => (await gateway.proxy.workerPid()) !== pid);
    const reached = load.answers.length;
    await until("requests to flow", () => load.answers.length > reached + 100);
    await load.stop();
    expect(load.problems()).toEqual([]);
    await gateway.program(blueOn(2, [model.port], { requestTimeoutMs: 777 }));
    await model.stop();
  });
});

describe("access log", () => {
  it("has one valid row for every outcome", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port], { requestTimeoutMs: 300, maxBodyBytes: 100 }));
    const headers = { "x-ms-client-request-id": "caller-7", "user-agent": 'agent "quoted" \\ \u00e9' };
    const good = await scorer.score({ headers, path: "/endpoints/demo/score?secret=1" });
    const pinned = await scorer.score({ headers: { "azureml-model-deployment": "blue" } });
    const failed = await scorer.score({ headers: { "x-do": "status-500" } });
    const late = await scorer.score({ headers: { "x-do": "wait-1000" } });
    const broken = await scorer.score({ headers: { "x-do": "break" } });
    const refused = await scorer.score({ key: null });
    const large = await scorer.score({ body: "x".repeat(101) });
    const unknown = await scorer.score({ path: "/endpoints/nobody/score" });
    await until("eight rows", () => gateway.rows().length >= 8, 15_000);
    const rows = gateway.rows();
    for (const row of rows) expect(requestRowSchema.parse(row)).toEqual(row);
    const rowOf = (answer: { readonly headers: Readonly<Record<string, unknown>> }) =>
      rows.find(({ requestId }) => requestId === answer.headers["x-request-id"]);
    const served = { endpoint: "demo", deployment: "blue", instanceId: `ins_${String(model.port)}`, keyName: "primary", gatewayId: "gw_test" };
    expect(rowOf(good)).toMatchObject({
      ...served,
      status: 200,
      modelStatus: 200,
      errorCode: "",
      clientRequestId: "caller-7",
      path: "/endpoints/demo/score",
      pinned: false,
      mirrored: false,
    });
    expect(rowOf(pinned)).toMatchObject({ ...served, pinned: true });
    expect(rowOf(failed)).toMatchObject({ ...served, status: 424, modelStatus: 500, errorCode: "" });
    expect(rowOf(late)).toMatchObject({ ...served, status: 408, modelStatus: 0, errorCode: "ModelTimeout" });
    expect(rowOf(broken)).toMatchObject({ ...served, status: 424, modelStatus: 0, errorCode: "ModelConnectionBroken" });
    expect(rowOf(refused)).toMatchObject({ endpoint: "demo", deployment: "", instanceId: "", status: 401, errorCode: "Unauthorized", keyName: "" });
    expect(rowOf(large)).toMatchObject({ deployment: "blue", instanceId: "", status: 413, errorCode: "PayloadTooLarge" });
    expect(rowOf(unknown)).toMatchObject({ endpoint: "", status: 404, errorCode: "EndpointNotFound" });
    expect(JSON.stringify(rows)).not.toContain("secret");
    expect(JSON.stringify(rows)).not.toContain("key-1");
    await model.stop();
  });

  it("loses no line while the agent restarts, and hands files over by renaming", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port]));
    const load = new Load(scorer, 4);
    await until("requests to flow", () => load.answers.length > 100);
    await gateway.restartAgent();
    const reached = load.answers.length;
    await until("requests to flow", () => load.answers.length > reached + 100);
    await load.stop();
    await until("a row for every answer", () => gateway.rows().length >= load.answers.length, 15_000).catch(() => undefined);
    const ids = new Set(gateway.rows().map(({ requestId }) => requestId));
    const missing = load.answers.filter(({ headers }) => !ids.has(String(headers["x-request-id"])));
    // What the proxy had written to the old agent's socket and it had not read yet is lost when it ends.
    expect(missing.length).toBeLessThan(50);
    expect(ids.size).toBe(gateway.rows().length);
    await model.stop();
  });

  it("a stalled reader never slows a request", async () => {
    const model = await new ModelServer("blue").start();
    await gateway.program(blueOn(1, [model.port], { maxConcurrentRequestsPerInstance: 200 }));
    await gateway.agent.stop();
    const answers = await Promise.all(Array.from({ length: 200 }, () => scorer.score()));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await gateway.restartAgent();
    // What was on its way in the old agent's socket is gone: at most one buffer of the proxy, 16 KiB.
    await until("the rows that the ring kept", () => gateway.rows().length >= 150, 30_000).catch((error: unknown) => {
      throw new Error(`${String(error)}, got ${String(gateway.rows().length)}`);
    });
    await model.stop();
  });
});
