import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gatewayState, type GatewayState } from "#server/domain/routing/gateway-state";
import type { RoutingKey } from "#server/domain/routing/types";
import { systemClock } from "#server/kernel/clock";
import { createLogger } from "#server/kernel/log";
import type { GatewayRow } from "#server/store/gateways";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { GatewayProcesses } from "#server/testing/gateway-processes";
import { until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { clientRoutingKey, routingDeployment, routingEndpoint, routingKey } from "#server/testing/routing";
import { TestScorer } from "#server/testing/scorer";
import { startGatewayApi, type GatewayApi } from "./server";

// Two gateways of one control plane on this machine: their agents, their proxies, the API and the database are the real ones.

let database: TestDatabase;
let api: GatewayApi;
let folder: string;
let model: ModelServer;
let east: GatewayProcesses;
let west: GatewayProcesses;
let scorers: ReadonlyMap<GatewayProcesses, TestScorer>;

/** Agents start on busy cores, and silence counts as such after five seconds only. */
const patienceMs = 40_000;

const startApi = (): Promise<GatewayApi> =>
  startGatewayApi({
    store: database.store,
    // No endpoint has a domain here.
    unseal: () => "",
    clock: systemClock,
    log: createLogger("test", "silent"),
    socketPath: path.join(folder, "api.sock"),
    onAcknowledgement: () => undefined,
  });

async function startGateway(gatewayId: string): Promise<GatewayProcesses> {
  const token = randomUUID();
  await database.store.gateways.upsert(gatewayId, gatewayId, createHash("sha256").update(token).digest("hex"));
  return GatewayProcesses.start({ gatewayId, token, apiSocket: path.join(folder, "api.sock") });
}

beforeEach(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), "gwapi-"));
  api = await startApi();
  model = await new ModelServer("blue").start();
  [east, west] = await Promise.all([startGateway("gw_east"), startGateway("gw_west")]);
  scorers = new Map([east, west].map((gateway) => [gateway, new TestScorer(gateway.url)]));
});

afterEach(async () => {
  await Promise.all([...scorers.values()].map((scorer) => scorer.close()));
  await Promise.all([east.stop(), west.stop()]);
  await model.stop();
  await api.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Stores a revision as the control plane does and tells whoever waits for one; its number. */
async function publish(keys: readonly RoutingKey[], deployments: readonly string[] = ["blue"]): Promise<number> {
  const [first = "blue", ...others] = deployments;
  const all = [routingDeployment(first, [model.port]), ...others.map((name) => routingDeployment(name, []))];
  const endpoint = routingEndpoint(all, { [first]: 100 }, { keys: [routingKey("key-1"), ...keys] });
  const { revision } = await database.store.routing.insert([endpoint], randomUUID(), "", Date.now());
  api.hint();
  return revision;
}

async function rowOf(gateway: GatewayProcesses): Promise<GatewayRow> {
  const row = await database.store.gateways.findById(gateway.id);
  if (row === null) throw new Error(`${gateway.id} is not registered`);
  return row;
}

async function stateOf(gateway: GatewayProcesses): Promise<GatewayState> {
  const newest = await database.store.routing.findNewestDigest();
  return gatewayState(await rowOf(gateway), newest?.revision ?? 0, Date.now());
}

const isIn = (gateway: GatewayProcesses, state: GatewayState) =>
  until(`${gateway.id} to be ${state}`, async () => (await stateOf(gateway)) === state, patienceMs);
const runs = (gateway: GatewayProcesses, revision: number) =>
  until(`${gateway.id} to run ${String(revision)}`, async () => (await rowOf(gateway)).appliedRevision === revision, patienceMs);
const bothRun = (revision: number) => Promise.all([runs(east, revision), runs(west, revision)]);

async function answerOf(gateway: GatewayProcesses, key: string): Promise<number> {
  const scorer = scorers.get(gateway);
  if (scorer === undefined) throw new Error("unreachable: every gateway has a scorer");
  return (await scorer.score({ key })).status;
}

describe("two gateways on one machine", () => {
  it("both put a revision in force, read the same back, and acknowledge it each for itself", async () => {
    const revision = await publish([]);
    await bothRun(revision);
    expect([await answerOf(east, "key-1"), await answerOf(west, "key-1"), await answerOf(west, "key-2")]).toEqual([200, 200, 401]);
    const acknowledgements = await database.store.routing.listAcknowledgements(revision);
    expect(acknowledgements.map(({ gatewayId, outcome }) => [gatewayId, outcome])).toEqual([
      ["gw_east", "applied"],
      ["gw_west", "applied"],
    ]);
    expect(new Set(acknowledgements.map(({ digest }) => digest)).size).toBe(1);
  });

  it("one that is killed while the control plane is away serves again from its disk, where no key lies in plain text", async () => {
    const client = clientRoutingKey("slk_batch", "batch");
    await bothRun(await publish([client]));
    await api.close();
    await west.kill();
    await expect(answerOf(west, "slk_batch")).rejects.toThrow();
    expect(await answerOf(east, "slk_batch")).toBe(200);
    await west.startProxy();
    expect([await answerOf(west, "slk_batch"), await answerOf(west, "key-1"), await answerOf(west, "key-2")]).toEqual([200, 200, 401]);
    const snapshots = west.snapshots();
    expect(snapshots).toContain(client.sha256);
    for (const secret of ["slk_batch", "key-1"]) expect(snapshots).not.toContain(secret);

    west.startAgent();
    api = await startApi();
    const next = await publish([]);
    await bothRun(next);
    expect([await answerOf(east, "slk_batch"), await answerOf(west, "slk_batch"), await answerOf(west, "key-1")]).toEqual([401, 401, 200]);
  });

  it("a key that is revoked while one is cut off: the other refuses it, this one is told as stale, and refuses it once it is back", async () => {
    await bothRun(await publish([clientRoutingKey("slk_batch", "batch")]));
    await west.line.cut();
    const revoked = await publish([]);
    await runs(east, revoked);
    expect([await answerOf(east, "slk_batch"), await answerOf(west, "slk_batch")]).toEqual([401, 200]);
    await isIn(west, "stale");
    await isIn(east, "connected");
    await west.line.open();
    await runs(west, revoked);
    expect([await answerOf(west, "slk_batch"), await answerOf(west, "key-1")]).toEqual([401, 200]);
    await isIn(west, "connected");
  });

  it("a revision that one cannot put in force changes nothing there and is told with its reason; the other runs it", async () => {
    const first = await publish([clientRoutingKey("slk_batch", "batch")]);
    await bothRun(first);
    west.setFit(false);
    const second = await publish([], ["blue", "green"]);
    await runs(east, second);
    await isIn(west, "refused");
    expect(await rowOf(west)).toMatchObject({
      appliedRevision: first,
      refusedRevision: second,
      refusedReason: expect.stringContaining("a library is missing") as string,
    });
    expect([await answerOf(east, "slk_batch"), await answerOf(west, "slk_batch")]).toEqual([401, 200]);
    await isIn(east, "connected");

    west.setFit(true);
    await bothRun(await publish([], ["blue", "green"]));
    expect(await answerOf(west, "slk_batch")).toBe(401);
    await isIn(west, "connected");
  });
});
