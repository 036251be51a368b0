import { connect, createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildDeployment, buildEndpoint, buildHost, buildInstance, buildModelVersion, buildWorkspace, endpointSpec } from "#server/testing/builders";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { listenForChanges } from "./changes";
import { isUniqueViolation } from "./client";
import { LeaseLostError } from "./leases";
import type { Store } from "./store";

let database: TestDatabase;
let store: Store;
let other: Store;
let workspaceId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  store = database.store;
  other = database.openStore();
  workspaceId = (await buildWorkspace(store)).id;
});
afterAll(() => database.drop());

const status = (observedGeneration: number) => ({ observedGeneration, provisioningState: "Succeeded" as const, conditions: [], lastError: null });

describe("wishes", () => {
  it("lets exactly one of two writers with the same generation win", async () => {
    const endpoint = await buildEndpoint(store, workspaceId);
    const outcomes = await Promise.all([
      store.endpoints.updateSpecIfGeneration(endpoint.id, 1, endpointSpec({ description: "a" })),
      other.endpoints.updateSpecIfGeneration(endpoint.id, 1, endpointSpec({ description: "b" })),
    ]);
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
    expect((await store.endpoints.findById(endpoint.id))?.generation).toBe(2);
  });

  it("keeps names unique in any case until the row is gone", async () => {
    const endpoint = await buildEndpoint(store, workspaceId, { name: "Unique" });
    const refused = await buildEndpoint(store, workspaceId, { name: "uNIQUE" }).catch((error: unknown) => error);
    expect(isUniqueViolation(refused)).toBe(true);
    expect((await store.endpoints.findLiveByName(workspaceId, "UNIQUE"))?.id).toBe(endpoint.id);
    await store.endpoints.markDeleted(endpoint.id, Date.now());
    await expect(buildEndpoint(store, workspaceId, { name: "unique" })).resolves.toMatchObject({ name: "unique" });
  });

  it("does not take a name's characters for patterns", async () => {
    await buildEndpoint(store, workspaceId, { name: "under-score" });
    expect(await store.endpoints.findLiveByName(workspaceId, "under_score")).toBeNull();
    expect(await store.endpoints.findLiveByName(workspaceId, "%")).toBeNull();
  });

  it("undoes a transaction that rejects, change row included", async () => {
    const before = await store.changes.findNewestId();
    const failed = store.transaction(async (session) => {
      await buildEndpoint(session, workspaceId, { name: "undone" });
      await session.changes.append("endpoint", "undone");
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await store.endpoints.findLiveByName(workspaceId, "undone")).toBeNull();
    expect(await store.changes.listAfter(before, 10)).toEqual([]);
  });

  it("numbers versions of one name without gaps or doubles when two writers register at once", async () => {
    const register = (session: Store) => session.transaction((tx) => buildModelVersion(tx, workspaceId, { name: "raced" }));
    const versions = await Promise.all([register(store), register(other), register(store), register(other)]);
    expect(versions.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("status", () => {
  it("writes only what differs", async () => {
    const endpoint = await buildEndpoint(store, workspaceId);
    expect(await store.endpoints.updateStatus(endpoint.id, status(1))).toBe(true);
    expect(await store.endpoints.updateStatus(endpoint.id, status(1))).toBe(false);
    const deployment = await buildDeployment(store, endpoint);
    expect(await store.deployments.updateStatus(deployment.id, { ...status(1), lastError: "x" })).toBe(true);
    expect(await store.deployments.updateStatus(deployment.id, { ...status(1), lastError: "x" })).toBe(false);
    expect((await store.deployments.findById(deployment.id))?.lastError).toBe("x");
  });

  it("gives one slot and one address to one running instance", async () => {
    const endpoint = await buildEndpoint(store, workspaceId);
    const deployment = await buildDeployment(store, endpoint);
    const host = await buildHost(store);
    const first = await buildInstance(store, deployment, host.id, { address: "10.1.0.2" });
    const sameSlot = await buildInstance(store, deployment, host.id).catch((error: unknown) => error);
    expect(isUniqueViolation(sameSlot)).toBe(true);
    await store.instances.update(first.id, { desiredState: "Stopped", state: "Failed", exitCode: 137 });
    const sameAddress = await buildInstance(store, deployment, host.id, { address: "10.1.0.2" }).catch((error: unknown) => error);
    expect(isUniqueViolation(sameAddress)).toBe(true);
    await store.instances.update(first.id, { removedAt: Date.now() });
    await expect(buildInstance(store, deployment, host.id, { address: "10.1.0.2" })).resolves.toMatchObject({ slot: 0 });
  });
});

describe("lease", () => {
  it("has one holder at a time and a new epoch for each", async () => {
    const mine = await store.leases.acquire("control", "a", 60_000);
    expect(mine?.epoch).toBe(1);
    expect(await other.leases.acquire("control", "b", 60_000)).toBeNull();
    expect(await store.leases.renew("control", 1, 60_000)).toMatchObject({ epoch: 1 });
    await store.leases.release("control", 1);
    expect((await other.leases.acquire("control", "b", 60_000))?.epoch).toBe(2);
    expect(await store.leases.renew("control", 1, 60_000)).toBeNull();
  });

  it("refuses the status write of a former holder and undoes what it did", async () => {
    const endpoint = await buildEndpoint(store, workspaceId);
    await store.leases.acquire("fence", "a", 1);
    await vi.waitFor(async () => expect(await other.leases.acquire("fence", "b", 60_000)).not.toBeNull());
    const late = store.fenced({ lease: "fence", epoch: 1 }, (session) => session.endpoints.updateStatus(endpoint.id, status(1)));
    await expect(late).rejects.toBeInstanceOf(LeaseLostError);
    expect((await store.endpoints.findById(endpoint.id))?.observedGeneration).toBe(0);
    expect(await other.fenced({ lease: "fence", epoch: 2 }, (session) => session.endpoints.updateStatus(endpoint.id, status(1)))).toBe(true);
  });

  it("cannot change hands while a fenced write is under way", async () => {
    await store.leases.acquire("held", "a", 1);
    let taken = false;
    await store.fenced({ lease: "held", epoch: 1 }, async (session) => {
      const attempt = other.leases.acquire("held", "b", 60_000).then((lease) => (taken = lease !== null));
      await session.changes.append("host", "x");
      await vi.waitFor(async () => {
        const [row] = await store.sql.query<{ waiting: string }>(
          "SELECT count(*) AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO lease%'",
        );
        expect(Number(row?.waiting)).toBeGreaterThan(0);
      });
      expect(taken).toBe(false);
      void attempt;
    });
    await vi.waitFor(() => expect(taken).toBe(true));
  });
});

describe("change feed", () => {
  it("wakes listeners of other processes and hands out hints in order", async () => {
    let calls = 0;
    const stop = other.onChange(() => (calls += 1));
    await vi.waitFor(() => expect(calls).toBeGreaterThan(0));
    const start = await store.changes.findNewestId();
    const before = calls;
    await store.transaction(async (session) => {
      await session.changes.append("endpoint", "ep_1");
      await session.changes.append("traffic", "ep_1");
    });
    await vi.waitFor(() => expect(calls).toBeGreaterThan(before));
    expect((await other.changes.listAfter(start, 10)).map(({ kind, key }) => [kind, key])).toEqual([
      ["endpoint", "ep_1"],
      ["traffic", "ep_1"],
    ]);
    await stop();
  });

  it("hears of changes again after a server that took the connection and never spoke", async () => {
    const server = new URL(database.url);
    let connections = 0;
    const relay = createServer((client) => {
      client.on("error", () => undefined);
      if ((connections += 1) === 1) return;
      const upstream = connect(Number(server.port), server.hostname);
      upstream.on("error", () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    const through = new URL(database.url);
    through.port = String((relay.address() as AddressInfo).port);
    let calls = 0;
    const stop = listenForChanges(through.toString(), () => (calls += 1));
    await vi.waitFor(() => expect(calls).toBe(1), { timeout: 20_000, interval: 100 });
    expect(connections).toBe(2);
    await stop();
    relay.close();
  });
});
