import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "#server/kernel/clock";
import { createLogger } from "#server/kernel/log";
import { createStore, type Store } from "#server/store/store";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { buildEndpoint, buildWorkspace } from "#server/testing/builders";
import { Vault } from "#server/vault/vault";
import { routingDeployment, routingEndpoint, routingLimits } from "#server/testing/routing";
import { startGatewayApi, type GatewayApi } from "./server";

const token = randomBytes(16).toString("hex");
const vault = Vault.fromHex("a1".repeat(32));
let database: TestDatabase;
let store: Store;
let api: GatewayApi;
let folder: string;
let acknowledged: number;

const call = (method: string, at: string, body?: object, bearer = token): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: path.join(folder, "api.sock"), method, path: at, headers: { authorization: `Bearer ${bearer}` } },
      (response) => {
        let text = "";
        response.on("data", (piece: Buffer) => (text += piece.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

const acknowledgement = (revision: number, gatewayId = "gw_1") => ({
  gatewayId,
  revision,
  outcome: "applied",
  appliedAt: Date.now(),
  digest: "a".repeat(64),
  reason: "",
});

beforeEach(async () => {
  database = await createTestDatabase();
  store = createStore({ databaseUrl: database.url, maxConnections: 4 });
  folder = mkdtempSync(path.join(os.tmpdir(), "gwapi-"));
  acknowledged = 0;
  await store.gateways.upsert("gw_1", "one", createHash("sha256").update(token).digest("hex"));
  api = await startGatewayApi({
    store,
    unseal: (sealed, owner) => vault.unseal(sealed, owner),
    clock: systemClock,
    log: createLogger("test", "silent"),
    socketPath: path.join(folder, "api.sock"),
    onAcknowledgement: () => (acknowledged += 1),
  });
});
afterEach(async () => {
  await api.close();
  await store.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const goodBodies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "/v1/acknowledgements": acknowledgement(1),
  "/v1/in-flight": { gatewayId: "gw_1", observedAt: 5, instances: { ins_1: 2 }, queuedByDeployment: { dep_1: 1 }, shedLogLines: 3 },
  "/v1/hello": { gatewayId: "gw_1", name: "one", proxyVersion: "3.2", address: "127.0.0.1:8443" },
  "/v1/nothing": {},
};

/** Values that break parsers, columns and arithmetic. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(null, -1, 1.5, 2 ** 31, 2 ** 53, 2 ** 53 - 1, 8.64e15, 8.64e15 + 1, 1e308, "", "\u0000", "\ud800", "x".repeat(100_000), [], {}),
  fc.dictionary(fc.constantFrom("a", "\u0000", "__proto__", "\ud800"), fc.constantFrom<unknown>(1, -1, 2 ** 53 - 1, "1")),
  fc.jsonValue({ maxDepth: 2 }),
);

describe("gateway API", () => {
  it("refuses what is not right with a sentence, and is never broken by it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(goodBodies)), fc.array(fc.tuple(fc.nat(), nasty), { maxLength: 2 }), async (at, spoils) => {
        const fields = Object.keys(goodBodies[at] ?? {});
        const spoiled = spoils.map(([pick, value]) => [fields[pick % Math.max(1, fields.length)] ?? "x", value] as const);
        const body = { ...goodBodies[at], ...Object.fromEntries(spoiled) };
        const { status, text } = await call("POST", at, body);
        expect([204, 400, 403, 404], `${at} ${JSON.stringify(body).slice(0, 2000)}: ${text}`).toContain(status);
        if (status !== 204) expect((JSON.parse(text) as { error: string }).error).not.toBe("");
      }),
      { numRuns: 300 },
    );
    for (const query of ["after=x", "after=-2", "after=1e99", "after=0&waitMs=-5", "", "after=0&waitMs=99999999999"])
      expect((await call("GET", `/v1/routing?${query}`)).status, query).toBe(400);
    expect((await call("GET", "/v1/routing?after=0&waitMs=1")).status).toBe(204);
  });

  it("refuses a missing or foreign token, and another gateway's name under one's own token", async () => {
    expect((await call("GET", "/v1/routing?after=0", undefined, "nonsense")).status).toBe(401);
    expect((await call("POST", "/v1/acknowledgements", acknowledgement(1, "gw_2"))).status).toBe(403);
  });

  it("hands a domain's certificate with its opened key to gateways alone, and only the one that was asked for", async () => {
    const { id: workspace } = await buildWorkspace(store);
    const endpoint = await buildEndpoint(store, workspace);
    const certificate = { chain: "chain\n", sha256: "a".repeat(64), keySealed: vault.seal("private\n", "dom_1"), notBefore: 1, notAfter: 2 };
    await store.endpointDomains.insert({ id: "dom_1", endpointId: endpoint.id, name: "api.acme.example", ...certificate, createdBy: "usr_1", createdAt: 1 });
    const at = (name: string, sha256: string) => `/v1/certificate?name=${name}&sha256=${sha256}`;
    const good = at("api.acme.example", "a".repeat(64));
    expect(JSON.parse((await call("GET", good)).text)).toEqual({ pem: "chain\nprivate\n" });
    expect((await call("GET", good, undefined, "nonsense")).status).toBe(401);
    expect((await call("GET", at("api.acme.example", "b".repeat(64)))).status).toBe(404);
    expect((await call("GET", at("other.acme.example", "a".repeat(64)))).status).toBe(404);
    for (const query of ["", "?name=x", "?name=x&sha256=y"]) expect((await call("GET", `/v1/certificate${query}`)).status).toBe(400);
  });

  it("answers a waiting poll as soon as a hint says that there is a revision", async () => {
    const poll = call("GET", "/v1/routing?after=0&waitMs=10000");
    await store.routing.insert([], "d", "test", Date.now());
    api.hint();
    const answer = await poll;
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ endpoints: [] });
  });

  it("leaves nothing behind of the hints that told a waiting poll nothing", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", listen);
    const seen = () => store.gateways.findById("gw_1").then((gateway) => gateway?.lastSeenAt ?? 0);
    const poll = call("GET", "/v1/routing?after=0&waitMs=25000");
    // Each round is over before the next begins, as it is when a busy start changes one row after another.
    for (let round = 0; round < 15; round += 1) {
      const before = await seen();
      await vi.waitFor(async () => {
        api.hint();
        expect(await seen()).toBeGreaterThan(before);
      });
    }
    await store.routing.insert([], "d", "test", Date.now());
    api.hint();
    expect((await poll).status).toBe(200);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  it("answers nothing new with 204 when the wait is over", async () => {
    expect((await call("GET", "/v1/routing?after=0&waitMs=50")).status).toBe(204);
  });

  it("tells with a revision what a gateway must know to run it", async () => {
    const endpoint = routingEndpoint([routingDeployment("blue", [5001])], { blue: 100 }, { limits: routingLimits({ connections: 3 }) });
    const { revision } = await store.routing.insert([endpoint], "d", "test", Date.now());
    const { text } = await call("GET", "/v1/routing?after=0");
    expect(JSON.parse(text)).toMatchObject({ revision, requires: ["endpoint.limits"] });
  });

  it("keeps acknowledgements and in-flight counts, and marks the gateway as seen", async () => {
    const { revision } = await store.routing.insert([], "d", "test", Date.now());
    expect((await call("POST", "/v1/acknowledgements", acknowledgement(revision))).status).toBe(204);
    expect((await call("POST", "/v1/in-flight", { gatewayId: "gw_1", observedAt: 5, instances: { ins_1: 2 }, queuedByDeployment: {} })).status).toBe(204);
    const gateway = await store.gateways.findById("gw_1");
    expect(gateway).toMatchObject({ appliedRevision: revision, inFlight: { instances: { ins_1: 2 } } });
    expect(gateway?.lastSeenAt).toBeGreaterThan(Date.now() - 5000);
    expect(acknowledged).toBe(1);
  });

  it.each([
    ["POST", "/v1/acknowledgements", { gatewayId: "gw_1" }, 400],
    ["POST", "/v1/acknowledgements", acknowledgement(2 ** 31), 400],
    ["POST", "/v1/acknowledgements", { ...acknowledgement(1), appliedAt: Number.MAX_SAFE_INTEGER }, 400],
    ["POST", "/v1/in-flight", { gatewayId: "gw_1", instances: { a: -1 } }, 400],
    ["GET", "/v1/routing?after=x", undefined, 400],
    ["GET", "/v1/nothing", undefined, 404],
  ] as const)("answers %s %s with %j by a status that says who is wrong", async (method, at, body, status) => {
    expect((await call(method, at, body)).status).toBe(status);
  });
});
