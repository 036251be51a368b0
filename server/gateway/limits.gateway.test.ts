import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EndpointLimits } from "#server/domain/endpoint/limits";
import type { RoutingLimits } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingKey, routingLimits, routingRevision } from "#server/testing/routing";
import { Load, TestScorer, type Answer } from "#server/testing/scorer";

let gateway: TestGateway;
let model: ModelServer;
let other: ModelServer;
let scorer: TestScorer;

beforeEach(async () => {
  [model, other] = await Promise.all([new ModelServer("blue").start(), new ModelServer("green").start()]);
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([model.stop(), other.stop()]);
});

/** `demo` with the limits, and `free` without any. */
const program = (revision: number, limits: RoutingLimits | null) =>
  gateway.program(
    routingRevision(revision, [
      routingEndpoint([routingDeployment("blue", [model.port], { maxConcurrentRequestsPerInstance: 100 })], { blue: 100 }, { limits }),
      routingEndpoint(
        [routingDeployment("green", [other.port], { maxConcurrentRequestsPerInstance: 100 })],
        { green: 100 },
        { id: "ep_free", name: "free", keys: [routingKey("key-1")] },
      ),
    ]),
  );
const limited = (revision: number, limits: Partial<EndpointLimits>, here: Partial<RoutingLimits["here"]> = {}) =>
  program(revision, routingLimits(limits, here));
const outcome = ({ status, code }: Answer) => [status, code];
const free = () => scorer.score({ path: "/endpoints/free/score" });

describe("an endpoint's requests a second", () => {
  it("are refused beyond it with the limit and the use, and those of another endpoint are not", async () => {
    await limited(1, { requestsPerSecond: 5 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => scorer.score()));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(outcome(answer)).toEqual([429, "EndpointRateReached"]);
      expect(answer.headers["retry-after"]).toBe("1");
      expect(answer.text).toMatch(/takes 5 requests a second, 5 of them here; it has taken \d+ in the last second/);
    }
    expect((await Promise.all(Array.from({ length: 30 }, free))).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
  });

  it("are shared by gateways: each allows its part", async () => {
    await limited(1, { requestsPerSecond: 1000 }, { requestsPerSecond: 1 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => scorer.score()));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.text).toContain("takes 1000 requests a second, 1 of them here");
  });

  it("change on a live endpoint without a failed call, and end with the limits", async () => {
    await limited(1, { requestsPerSecond: 100_000 });
    const load = new Load(scorer, 4);
    for (let revision = 2; revision < 12; revision += 1) await limited(revision, { requestsPerSecond: 100_000 + revision, connections: 50 + revision });
    await program(12, null);
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(load.answers.length).toBeGreaterThan(20);
    await limited(13, { requestsPerSecond: 1 });
    const after = await Promise.all(Array.from({ length: 10 }, () => scorer.score()));
    expect(after.some(({ code }) => code === "EndpointRateReached")).toBe(true);
    await program(14, null);
    expect((await Promise.all(Array.from({ length: 10 }, () => scorer.score()))).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  });

  it("are not used up by strangers, nor by what another limit or a client key refuses", async () => {
    await limited(1, { requestsPerSecond: 3, uriBytes: 60 });
    const strangers = await Promise.all(Array.from({ length: 20 }, () => scorer.score({ key: "wrong" })));
    expect(new Set(strangers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(outcome(await scorer.score({ path: `/endpoints/demo/score?${"x".repeat(80)}` }))).toEqual([414, "EndpointUriTooLong"]);
    expect((await scorer.score()).status).toBe(200);
  });
});

describe("an endpoint's connections at once", () => {
  it("count those with a call under way, exactly, and give the place back", async () => {
    await limited(1, { connections: 3 });
    const held = Array.from({ length: 3 }, () => scorer.score({ headers: { "x-do": "wait-1500" } }));
    await until("three calls at the model", () => model.running === 3);
    const refused = await scorer.score();
    expect(outcome(refused)).toEqual([429, "EndpointConnectionsReached"]);
    expect(refused.text).toContain("takes 3 connections at once, 3 of them here; 3 have a call under way");
    expect((await free()).status).toBe(200);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await until("a free place", async () => (await scorer.score()).status === 200);
  });
});

/** A connection of its own, and what comes back on it. */
class Line {
  text = "";
  readonly closed: Promise<unknown>;
  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
    socket.on("error", () => undefined);
    this.closed = once(socket, "close");
  }
  static async open(): Promise<Line> {
    const socket = connect(gateway.settings.plainHttp?.port ?? 0, "127.0.0.1");
    await once(socket, "connect");
    return new Line(socket);
  }
  async ask(endpoint: string, extra = "", body = "{}"): Promise<string> {
    this.text = "";
    const head = `POST /endpoints/${endpoint}/score HTTP/1.1\r\nhost: x\r\nauthorization: Bearer key-1\r\ncontent-length: 2\r\n${extra}`;
    this.socket.write(`${head}\r\n${body}`);
    await until("an answer", () => /\r\n\r\n[^]*\}/.test(this.text));
    return this.text;
  }
}

describe("an endpoint's new connections a second", () => {
  it("count at a connection's first call; the refused one stays, and calls of known ones pass", async () => {
    await limited(1, { newConnectionsPerSecond: 2 });
    const lines = await Promise.all(Array.from({ length: 12 }, () => Line.open()));
    const texts = await Promise.all(lines.map((line) => line.ask("demo")));
    const refused = lines.filter((_, index) => texts[index]?.includes("EndpointNewConnectionsReached"));
    expect(refused.length, texts.join("\n")).toBeGreaterThan(0);
    expect(texts.filter((text) => text.startsWith("HTTP/1.1 200")).length).toBeGreaterThanOrEqual(2);
    for (const line of refused) expect(line.text).toMatch(/takes 2 new connections a second, 2 of them here; \d+ began in the last second/);
    const known = lines.find((line) => !refused.includes(line));
    for (let call = 0; call < 10; call += 1) expect(await known?.ask("demo")).toContain("HTTP/1.1 200");
    expect(await refused[0]?.ask("free")).toContain("HTTP/1.1 200");
    await until("the refused connection to be let in", async () => (await refused.at(-1)?.ask("demo"))?.startsWith("HTTP/1.1 200") === true);
    for (const line of lines) line.socket.destroy();
  });
});

describe("sizes", () => {
  it("of body, path and headers are refused with size and limit, one byte beyond and not before", async () => {
    await limited(1, { bodyBytes: 100, uriBytes: 40, headerBytes: 600 });
    const body = (bytes: number) => scorer.score({ body: "x".repeat(bytes) });
    expect((await body(100)).status).toBe(200);
    const large = await body(101);
    expect(outcome(large)).toEqual([413, "PayloadTooLarge"]);
    expect(large.text).toContain("has 101 bytes; 100 may come");
    const path = (length: number) => scorer.score({ path: "/endpoints/demo/score?".padEnd(length, "x") });
    expect((await path(40)).status).toBe(200);
    const long = await path(41);
    expect(outcome(long)).toEqual([414, "EndpointUriTooLong"]);
    expect(long.text).toContain("have 41 bytes; this endpoint takes 40");
    expect((await scorer.score()).status).toBe(200);
    const heavy = await scorer.score({ headers: { "x-more": "y".repeat(600) } });
    expect(outcome(heavy)).toEqual([431, "EndpointHeadersTooLarge"]);
    expect(heavy.text).toMatch(/headers have \d{3} bytes; this endpoint takes 600/);
    expect((await scorer.score({ path: "/endpoints/free/score", headers: { "x-more": "y".repeat(5000) }, body: "x".repeat(5000) })).status).toBe(200);
  });

  it("never let an endpoint take more than its deployment", async () => {
    await limited(1, { bodyBytes: 2_000_000 });
    const answer = await scorer.score({ body: "x".repeat(1_000_001) });
    expect(answer.text).toContain("has 1000001 bytes; 1000000 may come");
  });
});

describe("an endpoint's bandwidth", () => {
  const delays = ({ headers }: Answer) => ["request", "response"].map((way) => Number(headers[`ms-azureml-bandwidth-${way}-delay-ms`]));

  it("delays bodies instead of refusing them, and says how long", async () => {
    await limited(1, { bandwidthBytesPerSecond: 200_000 });
    const small = await scorer.score({ headers: { "x-do": "bytes-10" } });
    expect([small.status, ...delays(small)]).toEqual([200, 0, 0]);
    // Worth 2.5 s, of which one may pass at once.
    const large = await scorer.score({ body: "x".repeat(500_000), headers: { "x-do": "bytes-500000" } });
    expect([large.status, large.text.length]).toEqual([200, 500_000]);
    for (const delay of delays(large)) expect(Math.abs(delay - 1500)).toBeLessThan(20);
    expect(large.elapsedMs).toBeGreaterThan(2900);
    const other = await scorer.score({ path: "/endpoints/free/score", body: "x".repeat(500_000) });
    expect(other.headers["ms-azureml-bandwidth-request-delay-ms"]).toBeUndefined();
  });

  it("is one for all callers of the endpoint together", async () => {
    await limited(1, { bandwidthBytesPerSecond: 200_000 });
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 4 }, () => scorer.score({ body: "x".repeat(200_000) })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    // 800 kB, of which the first 200 may pass at once.
    expect(performance.now() - startedAt).toBeGreaterThan(2950);
  });

  it("slows streams, whose length nobody knows before their end", async () => {
    await limited(1, { bandwidthBytesPerSecond: 200_000 });
    const streamed = await scorer.score({ headers: { "x-do": "stream-400000" } });
    expect(streamed.text.length).toBe(400_000);
    expect(streamed.elapsedMs).toBeGreaterThan(900);
    expect(delays(streamed)).toEqual([0, NaN]);
  });

  it("does not take a caller who waits for it for a silent one, and the deadline begins afterwards", async () => {
    await limited(1, { bandwidthBytesPerSecond: 100_000, slowCallerMs: 1500 });
    const startedAt = Date.now();
    const answer = await scorer.score({ body: "x".repeat(400_000) });
    expect(outcome(answer)).toEqual([200, null]);
    const deadline = Number(model.seen.at(-1)?.headers["x-sluice-deadline-ms"]);
    // Request timeout and queue wait are 5 s each, the delay is 3 s.
    expect(deadline - startedAt).toBeGreaterThan(12_900);
  });
});

describe("silence", () => {
  it("of a caller who sends a body ends the call with 408, which says how long callers may be silent", async () => {
    await limited(1, { slowCallerMs: 1000 });
    const line = await Line.open();
    line.socket.write("POST /endpoints/demo/score HTTP/1.1\r\nhost: x\r\nauthorization: Bearer key-1\r\ncontent-length: 50\r\n\r\n{");
    await until("an answer", () => line.text.includes("}}"));
    expect(line.text).toContain("HTTP/1.1 408 ");
    expect(line.text).toContain('"code":"ClientTimeout","message":"The request did not arrive in time. Callers of this endpoint may be silent for 1000 ms."');
    await until("its row", () => gateway.rows().some(({ status, errorCode }) => status === 408 && errorCode === "ClientTimeout"), 15_000);
    expect((await scorer.score({ headers: { "x-do": "wait-2000" } })).status).toBe(200);
  });
});

describe("the present use", () => {
  it("is reported by the gateway's own counters, of endpoints with limits only", async () => {
    await limited(1, { requestsPerSecond: 1000 });
    const held = [scorer.score({ headers: { "x-do": "wait-3000" } }), scorer.score({ headers: { "x-do": "wait-3000" } })];
    await free();
    await until("a report with two connections in use", () => gateway.controlPlane.reports.some(({ limits }) => limits?.["demo"]?.connections === 2));
    await Promise.all(held);
    expect(gateway.controlPlane.reports.flatMap(({ limits }) => Object.keys(limits ?? {})).every((name) => name === "demo")).toBe(true);
    await until("a report of the bytes", () => (gateway.controlPlane.reports.at(-1)?.limits?.["demo"]?.bytesIn ?? 0) > 0);
  });
});
