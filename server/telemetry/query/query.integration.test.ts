import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { metricResultSchema, endpointSummarySchema, type MetricQuery } from "#server/contract/monitoring";
import { relativeError } from "#server/domain/histogram/histogram";
import { createTelemetryWorld, requestRow, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { createIngester } from "../ingest/ingester";
import { hourMs, minuteMs } from "../paths";
import { queryMetric, type ParsedMetricQuery } from "./metric";
import { endpointScope } from "./scope";
import { endpointSummary, observedShare } from "./summary";

const hour = Date.UTC(2026, 10, 23, 8);
const prices = { currency: "USD", networkPricePerGib: 0.01 };
let world: TelemetryWorld;
beforeEach(async () => {
  world = await createTelemetryWorld();
  await world.endpoint({ id: "ep_1", name: "Diabetes", createdAt: hour - hourMs, deployments: ["blue", "Green"] });
});
afterEach(() => world.close());

async function ingest(rows: readonly ReturnType<typeof requestRow>[]): Promise<void> {
  await world.spool(hour, rows.length, rows);
  await createIngester({ ...world, log: silent }).pass();
}

const query = (overrides: Partial<ParsedMetricQuery> & Pick<MetricQuery, "metric">): ParsedMetricQuery => ({
  from: hour,
  to: hour + 10 * minuteMs,
  splitBy: "none",
  ...overrides,
});
const ask = async (overrides: Parameters<typeof query>[0]) =>
  metricResultSchema.parse(await queryMetric(world.db, await endpointScope(world.db, "ws_1", "diabetes"), query(overrides), hour + 10 * minuteMs));

describe("metric query", () => {
  it("counts by deployment, with true zeros where the endpoint was measured and gaps elsewhere", async () => {
    await ingest([
      ...Array.from({ length: 3 }, () => requestRow({ startedAt: hour })),
      requestRow({ startedAt: hour, deployment: "green" }),
      requestRow({ startedAt: hour + 2 * minuteMs, status: 500 }),
    ]);
    const result = await ask({ metric: "requests", splitBy: "deployment" });
    expect(result).toMatchObject({ unit: "count", stepMs: minuteMs, from: hour });
    expect(result.series.map((one) => [one.key, one.values])).toEqual([
      ["blue", [3, null, 1, null, null, null, null, null, null, null]],
      ["Green", [1, null, 0, null, null, null, null, null, null, null]],
    ]);
    expect((await ask({ metric: "requests", splitBy: "status_class" })).series.map((one) => one.key)).toEqual(["2xx", "5xx"]);
    expect((await ask({ metric: "errors" })).series[0]?.values.slice(0, 3)).toEqual([0, null, 1]);
    expect((await ask({ metric: "bytes", deployment: "green" })).series[0]?.values[0]).toBe(150);
  });

  it("draws percentiles from merged histograms within the stated error of the exact ones", async () => {
    const times = Array.from({ length: 400 }, (_, index) => 3 + ((index * 7919) % 400) * 1.7);
    await ingest(times.map((totalMs, index) => requestRow({ startedAt: hour + (index % 4) * minuteMs, totalMs })));
    const result = await ask({ metric: "latency", stepMs: 5 * minuteMs });
    const sorted = [...times].sort((a, b) => a - b);
    expect(result.series.map((one) => one.key)).toEqual(["p50", "p90", "p95", "p99"]);
    for (const line of result.series) {
      const exact = sorted[Math.ceil(((line.percentile ?? 0) / 100) * times.length) - 1] ?? 0;
      expect(Math.abs((line.values[0] ?? 0) - exact) / exact).toBeLessThanOrEqual(relativeError);
      expect(line.values[1]).toBeNull();
    }
  });

  it("never answers with more than 720 buckets, whatever is asked", async () => {
    for (const [days, stepMs] of [
      [1, 60_000],
      [30, 60_000],
      [365, undefined],
      [3650, 60_000],
    ] as const) {
      const result = await ask({ metric: "instances", from: hour - days * 24 * hourMs, to: hour, ...(stepMs === undefined ? {} : { stepMs }) });
      expect(result.series[0]?.values.length).toBeLessThanOrEqual(720);
      expect(result.stepMs % minuteMs).toBe(0);
    }
  });

  it("counts instances from their history and averages container statistics", async () => {
    await world.instance({ id: "ins_1", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: hour, stoppedAt: hour + 2.5 * minuteMs });
    await world.instance({ id: "ins_2", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: hour + 1.5 * minuteMs });
    const sql = `INSERT INTO resource_minute (instance_id, deployment_id, minute, samples, cpu_cores_sum, cpu_cores_max, cpu_limit_cores, memory_bytes_sum, memory_bytes_max, memory_limit, network_rx_bytes, network_tx_bytes, in_flight_sum)
      VALUES ($1, 'dep_1_blue', $2, 4, $3, 1, 1, 400, 100, 1000, 0, 0, 8)`;
    await world.db.query(sql, ["ins_1", new Date(hour), 2]);
    await world.db.query(sql, ["ins_2", new Date(hour), 1]);
    expect((await ask({ metric: "instances" })).series[0]?.values.slice(0, 4)).toEqual([1, 2, 1, 1]);
    expect((await ask({ metric: "cpu" })).series[0]?.values.slice(0, 2)).toEqual([0.75, null]);
    expect((await ask({ metric: "in_flight", splitBy: "deployment" })).series[0]).toMatchObject({ key: "blue", deployment: "blue" });
    expect((await ask({ metric: "memory", splitBy: "instance" })).series.map((one) => [one.key, one.values[0]])).toEqual([
      ["ins_1", 100],
      ["ins_2", 100],
    ]);
  });

  it("marks splits when gateways took them, deployment changes and errors", async () => {
    await world.db.query(
      `INSERT INTO traffic_change (id, endpoint_id, generation, before, after, actor_id, actor_name, created_at, applied_at) VALUES ('t', 'ep_1', 2, '{"blue":100}', '{"blue":70,"green":30}', 'u', 'Ada', $1, $2)`,
      [new Date(hour + minuteMs - 900), new Date(hour + minuteMs)],
    );
    await world.db.query(
      `INSERT INTO audit_entry (id, workspace_id, actor_id, actor_name, action, target_type, target_id, target_name, endpoint_id, before, after, at) VALUES ('s', 'ws_1', 'u', 'Ada', 'endpoint.traffic.write', 'endpoint', 'ep_1', 'diabetes', 'ep_1', '{"traffic":{"blue":100}}', '{"traffic":{"green":30,"blue":70}}', $1)`,
      [new Date(hour + minuteMs - 898)],
    );
    await world.db.query(
      `INSERT INTO audit_entry (id, workspace_id, actor_id, actor_name, action, target_type, target_id, target_name, endpoint_id, before, after, at) VALUES ('a', 'ws_1', 'u', 'Ada', 'deployment.write', 'deployment', 'd', 'blue', 'ep_1', '{"instanceCount":1}', '{"instanceCount":2}', $1)`,
      [new Date(hour + 2 * minuteMs)],
    );
    await world.db.query(
      `INSERT INTO event (workspace_id, endpoint_id, severity, reason, message, at) VALUES ('ws_1', 'ep_1', 'error', 'ContainerExited', 'The container ended.', $1)`,
      [new Date(hour + 3 * minuteMs)],
    );
    const { marks } = await ask({ metric: "requests" });
    expect(marks.map((mark) => [mark.kind, mark.text])).toEqual([
      ["split", "blue 100 → blue 70, green 30"],
      ["scale", "blue: 1 → 2 instances (Ada)"],
      ["failure", "The container ended."],
    ]);
    const [event] = await world.db.query<{ id: bigint }>("SELECT id FROM event WHERE reason = 'ContainerExited'");
    expect(marks.map((mark) => mark.entry)).toEqual([
      { id: "s", at: hour + minuteMs - 898 },
      { id: "a", at: hour + 2 * minuteMs },
      { id: `evt_${event?.id}`, at: hour + 3 * minuteMs },
    ]);
  });

  it("keeps a new endpoint apart from an older one of the same name, and refuses other workspaces", async () => {
    await ingest(Array.from({ length: 5 }, (_, index) => requestRow({ startedAt: hour + index * minuteMs })));
    await world.db.query("UPDATE endpoint SET deleted_at = $1 WHERE id = 'ep_1'", [new Date(hour + 4.1 * minuteMs)]);
    await world.endpoint({ id: "ep_2", name: "diabetes", createdAt: hour + 4.5 * minuteMs, deployments: ["blue"] });
    const fresh = await ask({ metric: "requests" });
    expect(fresh.series).toEqual([]);
    await ingest(Array.from({ length: 2 }, () => requestRow({ startedAt: hour + 6 * minuteMs })));
    expect((await ask({ metric: "requests" })).series[0]?.values).toEqual([null, null, null, null, null, null, 2, null, null, null]);
    await expect(endpointScope(world.db, "ws_other", "diabetes")).rejects.toMatchObject({ code: "endpoint.not_found" });
  });
});

describe("endpoint summary", () => {
  it("tells the last hour beside the one before, the observed split and the price of now", async () => {
    const now = hour + 90 * minuteMs + 30_000;
    await world.instance({ id: "ins_1", endpointId: "ep_1", deploymentId: "dep_1_blue", startedAt: hour + 60 * minuteMs, price: 0.4 });
    await world.db.query(
      `INSERT INTO gateway_node (id, name, token_hash, last_seen_at, in_flight) VALUES ('gw', 'gw', 'h', $1, '{"instances":{"ins_1":3,"other":9},"queuedByDeployment":{"dep_1_blue":2}}')`,
      [new Date(now - 1000)],
    );
    await ingest([
      ...Array.from({ length: 4 }, () => requestRow({ startedAt: hour + 10 * minuteMs, totalMs: 100 })),
      ...Array.from({ length: 9 }, () => requestRow({ startedAt: hour + 88 * minuteMs, totalMs: 20 })),
      requestRow({ startedAt: hour + 88 * minuteMs, totalMs: 20, deployment: "green", status: 424 }),
      requestRow({ startedAt: hour + 89 * minuteMs, deployment: "", status: 401, totalMs: 0.1 }),
    ]);
    const summary = endpointSummarySchema.parse(await endpointSummary(world.db, "ep_1", prices, now));
    expect(summary).toMatchObject({
      requests: 11,
      requestsBefore: 4,
      inFlight: 5,
      costPerHour: 0.4,
      observed: { requests: 10, share: { blue: 90, Green: 10 } },
    });
    expect(summary.costToday).toBeCloseTo(0.4 * (30.5 / 60), 4);
    expect(summary.errorRate).toBeCloseTo(2 / 11);
    expect(Math.abs((summary.p50Ms ?? 0) - 20) / 20).toBeLessThan(relativeError);
    expect(summary.requestsPerMinute).toHaveLength(60);
    expect(summary.requestsPerMinute.slice(-4)).toEqual([null, 10, 1, null]);
    expect(summary.deployments.map((one) => [one.name, one.requests, one.errorRate, one.costPerHour])).toEqual([
      ["blue", 9, 0, 0.4],
      ["Green", 1, 1, 0],
    ]);
    expect(await observedShare(world.db, await endpointScope(world.db, "ws_1", "Diabetes"), now)).toEqual(summary.observed);
  });
});
