import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ComputeDriver, InstanceEvent, InstanceObservation, LogLine, StatsSample } from "#server/drivers/compute-driver";
import { systemClock } from "#server/kernel/clock";
import { createTelemetryWorld, silent, type TelemetryWorld } from "#server/testing/telemetry-world";
import { readLogs } from "../logs/read-logs";
import { startCollectors } from "./collectors";

const origin = Date.UTC(2026, 10, 23, 8);
let world: TelemetryWorld;
beforeEach(async () => {
  world = await createTelemetryWorld();
});
afterEach(() => world.close());

/** An engine of arrays: logs grow, streams can be cut, containers end. */
class Engine {
  readonly lines = new Map<string, LogLine[]>();
  readonly instances = new Map<string, InstanceObservation>();
  cut = new AbortController();
  listed = 0;
  failing = false;

  start(instanceId: string): void {
    this.lines.set(instanceId, []);
    this.instances.set(instanceId, {
      instanceId,
      deploymentId: "dep_1",
      specHash: "h",
      containerId: "c",
      phase: "running",
      address: null,
      exitCode: null,
      outOfMemory: false,
      error: "",
      startedAt: origin,
      finishedAt: null,
    });
  }
  end(instanceId: string): void {
    const one = this.instances.get(instanceId);
    if (one !== undefined) this.instances.set(instanceId, { ...one, phase: "exited" });
  }
  print(instanceId: string, text: string): void {
    const lines = this.lines.get(instanceId);
    lines?.push({ at: origin + lines.length, stream: "stdout", text });
  }
  readonly driver: ComputeDriver = {
    listOwned: async () => {
      this.listed += 1;
      if (this.failing) throw new Error("the engine is away");
      return { instances: [...this.instances.values()], networks: [], volumes: [], images: [] };
    },
    logs: (instanceId: string, options: { sinceMs?: number; signal?: AbortSignal }) => this.follow(instanceId, options),
    stats: (instanceId: string, intervalMs: number, signal: AbortSignal) => this.sample(instanceId, intervalMs, signal),
    events: (signal: AbortSignal) => this.silence(signal),
  } as unknown as ComputeDriver;

  async *follow(instanceId: string, { sinceMs = 0, signal }: { sinceMs?: number; signal?: AbortSignal }): AsyncGenerator<LogLine> {
    let next = 0;
    const cut = this.cut.signal;
    while (signal?.aborted !== true) {
      if (cut.aborted) throw new Error("stream broke");
      const line = this.lines.get(instanceId)?.[next];
      if (line !== undefined) {
        next += 1;
        if (line.at >= sinceMs) yield line;
      } else if (this.instances.get(instanceId)?.phase !== "running") return;
      else await systemClock.sleep(5);
    }
  }
  async *sample(instanceId: string, intervalMs: number, signal: AbortSignal): AsyncGenerator<StatsSample> {
    let count = 0;
    while (!signal.aborted && this.instances.get(instanceId)?.phase === "running") {
      count += 1;
      yield { at: origin + count, cpuCores: 0.5, memoryBytes: 100, memoryLimitBytes: 1000, networkRxBytes: count * 10, networkTxBytes: count };
      await systemClock.sleep(intervalMs, signal).catch(() => undefined);
    }
  }
  async *silence(signal: AbortSignal): AsyncGenerator<InstanceEvent> {
    await systemClock.sleep(60_000, signal).catch(() => undefined);
    yield* [];
  }
}

const run = (engine: Engine) => {
  const stop = new AbortController();
  const collectors = startCollectors({
    driver: engine.driver,
    db: world.db,
    home: world.home,
    clock: systemClock,
    log: silent,
    signal: stop.signal,
    statsIntervalMs: 10,
    discoverIntervalMs: 20,
    flushIntervalMs: 20,
  });
  return async () => {
    stop.abort();
    await collectors.done;
  };
};
const logged = async () =>
  (await readLogs(world.home, { deployments: [{ id: "dep_1", name: "blue" }], container: "inference-server", instanceId: null, limit: 10_000 })).lines.map(
    (line) => line.text,
  );
const samples = async () =>
  (
    await world.db.query<{ samples: number; cpu: number; rx: number }>(
      "SELECT samples, (cpu_cores_sum / samples)::float8 AS cpu, network_rx_bytes::float8 AS rx FROM resource_minute",
    )
  )[0];

describe("collectors", () => {
  it("copy every line once over broken streams, an absent engine and restarts of their own", async () => {
    const engine = new Engine();
    engine.start("ins_1");
    for (let index = 0; index < 100; index += 1) engine.print("ins_1", `line ${index}`);
    const first = run(engine);
    await vi.waitFor(async () => expect(await logged()).toHaveLength(100), 5000);
    engine.failing = true;
    engine.cut.abort();
    engine.cut = new AbortController();
    for (let index = 100; index < 150; index += 1) engine.print("ins_1", `line ${index}`);
    await vi.waitFor(async () => expect(await logged()).toHaveLength(150), 5000);
    await first();
    engine.failing = false;
    for (let index = 150; index < 200; index += 1) engine.print("ins_1", `line ${index}`);
    const second = run(engine);
    await vi.waitFor(async () => expect(await logged()).toHaveLength(200), 5000);
    engine.end("ins_1");
    await second();
    expect(await logged()).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index}`));
  });

  it("keep the log of a container that ended before it was seen, also when it is gone", async () => {
    const engine = new Engine();
    engine.start("ins_1");
    engine.print("ins_1", "Traceback (most recent call last):");
    engine.end("ins_1");
    const stop = run(engine);
    await vi.waitFor(async () => expect(await logged()).toEqual(["Traceback (most recent call last):"]), 5000);
    engine.instances.delete("ins_1");
    await stop();
    expect(await logged()).toHaveLength(1);
  });

  it("add statistics up by minute, with growth of byte counters, and outlive a failing database", async () => {
    const engine = new Engine();
    engine.start("ins_1");
    let failures = 0;
    const flaky = {
      ...world.db,
      query: <T>(sql: string, params?: readonly unknown[]) =>
        sql.includes("INSERT INTO resource_minute") && failures++ < 3 ? Promise.reject(new Error("down")) : world.db.query<T>(sql, params),
    };
    const stop = new AbortController();
    const collectors = startCollectors({
      driver: engine.driver,
      db: flaky,
      home: world.home,
      clock: systemClock,
      log: silent,
      signal: stop.signal,
      statsIntervalMs: 5,
      discoverIntervalMs: 20,
      flushIntervalMs: 10,
    });
    await vi.waitFor(async () => expect((await samples())?.samples ?? 0).toBeGreaterThan(20), 5000);
    stop.abort();
    await collectors.done;
    const minute = await samples();
    expect(failures).toBeGreaterThan(3);
    expect(minute?.cpu).toBeCloseTo(0.5);
    expect(minute?.rx).toBe(((minute?.samples ?? 0) - 1) * 10);
  });
});
