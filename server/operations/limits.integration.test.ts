import { afterAll, beforeAll, expect, it } from "vitest";
import { limitPresets, noLimits } from "#server/domain/endpoint/limits";
import { SluiceError } from "#server/domain/errors";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildEndpoint } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { listActivity } from "./activity";
import type { OperationContext } from "./context";
import { getEndpoint } from "./endpoints";
import { getLimits, updateLimits } from "./limits";

let world: ApiWorld;
let me: OperationContext;

beforeAll(async () => {
  world = await createApiWorld();
  me = await world.as("contributor");
});
afterAll(() => world.close());

const made = (name: string) => buildEndpoint(world.database.store, world.workspaceId, { name });

it("begin as none, are set from a preset or one by one, and are written with a hint and an audit entry", async () => {
  const { store } = world.database;
  const endpoint = await made("limited");
  expect(await getEndpoint(me, { endpoint: "limited" })).toMatchObject({ limits: noLimits, limitPreset: "none" });
  const since = await store.changes.findNewestId();
  const first = await updateLimits(me, { endpoint: "limited", generation: 1, preset: "azure", limits: {} });
  expect(first).toMatchObject({ generation: 2, limits: limitPresets.azure, limitPreset: "azure" });
  expect((await store.changes.listAfter(since, 10)).map(({ kind, key }) => [kind, key])).toContainEqual(["traffic", endpoint.id]);
  const second = await updateLimits(me, { endpoint: "limited", generation: 2, limits: { requestsPerSecond: 20, connections: null } });
  expect(second).toMatchObject({ generation: 3, limitPreset: null, limits: { requestsPerSecond: 20, connections: null, newConnectionsPerSecond: 500 } });
  expect((await listActivity(me, { endpoint: "limited" })).items[0]).toMatchObject({
    title: "Limits of limited",
    message: "connections 500, requestsPerSecond 500 → connections none, requestsPerSecond 20",
  });
  expect(await updateLimits(me, { endpoint: "limited", generation: 3, limits: { requestsPerSecond: 20 } })).toMatchObject({ generation: 3 });
  expect(await updateLimits(me, { endpoint: "limited", generation: 3, preset: "none", limits: {} })).toMatchObject({ generation: 4, limits: noLimits });
});

it("outside their ranges are refused whole, each named, and so is a stale generation", async () => {
  await made("ranges");
  const refused = await updateLimits(me, { endpoint: "ranges", generation: 1, limits: { connections: 0, uriBytes: 1.5, bodyBytes: 10 } }).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(SluiceError);
  expect(refused).toMatchObject({ code: "limits.invalid", fields: [{ path: "limits.connections" }, { path: "limits.uriBytes" }] });
  expect(await codeOf(updateLimits(me, { endpoint: "ranges", generation: 9, preset: "azure", limits: {} }))).toBe("endpoint.generation_stale");
  expect(await getEndpoint(me, { endpoint: "ranges" })).toMatchObject({ generation: 1, limits: noLimits });
});

it("are shown with the use of all living gateways and the last hour's refusals by limit", async () => {
  const { store } = world.database;
  await made("Watched");
  expect(await getLimits(me, { endpoint: "watched" })).toMatchObject({ preset: "none", use: null });
  await updateLimits(me, { endpoint: "watched", generation: 1, preset: "azure", limits: {} });
  const now = world.clock.now();
  const report = (gatewayId: string, requests: number) => ({
    gatewayId,
    observedAt: now,
    instances: {},
    queuedByDeployment: {},
    limits: { watched: { requests, connections: 1, newConnections: 2, bytesIn: 300, bytesOut: 40 }, other: { requests: 9, connections: 9, newConnections: 9, bytesIn: 9, bytesOut: 9 } },
  }); // prettier-ignore
  for (const id of ["gw_a", "gw_b", "gw_gone"]) await store.gateways.upsert(id, id, `hash of ${id}`);
  await store.gateways.updateInFlight(report("gw_a", 7), now);
  await store.gateways.updateInFlight(report("gw_b", 5), now);
  await store.gateways.updateInFlight(report("gw_gone", 100), now - 60_000);
  const minute = new Date(Math.floor(now / 60_000) * 60_000);
  const counted = (error_code: string, count: number, at = minute) =>
    me.telemetryDb.query(
      `INSERT INTO metric_minute (endpoint, deployment, minute, status, model_status, error_code, count, total_buckets, queue_buckets, model_buckets, total_ms_sum, request_bytes, response_bytes)
       VALUES ('watched', '', $1, 429, 0, $2, $3, '{}', '{}', '{}', 0, 0, 0)`,
      [at, error_code, count],
    );
  // Minutes count from the endpoint's first whole one on.
  world.clock.advance(120_000);
  const later = new Date(minute.getTime() + 60_000);
  await counted("EndpointRateReached", 4, later);
  await counted("PayloadTooLarge", 3, later);
  await counted("Unauthorized", 50, later);
  await store.gateways.updateInFlight(report("gw_a", 7), world.clock.now());
  await store.gateways.updateInFlight(report("gw_b", 5), world.clock.now());
  expect(await getLimits(me, { endpoint: "watched" })).toEqual({
    limits: limitPresets.azure,
    preset: "azure",
    generation: 2,
    use: {
      gateways: 2,
      observedAt: now,
      requestsPerSecond: 12,
      connections: 2,
      newConnectionsPerSecond: 4,
      bandwidthInBytesPerSecond: 600,
      bandwidthOutBytesPerSecond: 80,
    },
    refusals: { requestsPerSecond: 4, connections: 0, newConnectionsPerSecond: 0, bodyBytes: 3, uriBytes: 0, headerBytes: 0, slowCallerMs: 0 },
  });
});
