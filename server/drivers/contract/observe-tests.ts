import { describe, expect, it } from "vitest";
import type { InstanceEvent, LogLine } from "../compute-driver";
import { ended, ready, runSpec, uniqueId, until, type DriverHarness } from "./harness";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export function observeTests(harness: () => DriverHarness): void {
  const started = async (program: Parameters<typeof runSpec>[2], overrides: Parameters<typeof runSpec>[3] = {}) => {
    const { driver } = harness();
    const network = harness().network(uniqueId("dep"));
    await driver.ensureNetwork(network);
    const spec = runSpec(harness(), network, program, overrides);
    await driver.createInstance(spec);
    await driver.startInstance(spec.instanceId);
    return { driver, spec };
  };
  const has = (lines: readonly LogLine[], stream: string, text: string) => lines.some((line) => line.stream === stream && line.text === text);

  describe("logs", () => {
    it("keep streams apart, carry times, and outlive the end of the instance", async () => {
      const before = Date.now();
      const { driver, spec } = await started({ kind: "serve" });
      await ready(driver, spec);
      await driver.stopInstance(spec.instanceId, 5000);
      const lines = await collect(driver.logs(spec.instanceId, { follow: false }));
      expect(has(lines, "stdout", "out line")).toBe(true);
      expect(has(lines, "stderr", "err line")).toBe(true);
      for (const { at } of lines) {
        expect(at).toBeGreaterThan(before - 5000);
        expect(at).toBeLessThan(Date.now() + 5000);
      }
    });

    it("show an instance that runs as the platform's user, or as whom and with the shared memory that was asked for", async () => {
      const own = { user: { uid: 1500, gid: 0 }, sharedMemoryMib: 32 };
      for (const [asked, line] of [
        [{}, "user 1001:1001, shared memory 64 MiB"],
        [own, "user 1500:0, shared memory 32 MiB"],
      ] as const) {
        const { driver, spec } = await started({ kind: "describe" }, asked);
        await until(async () => has(await collect(driver.logs(spec.instanceId, { follow: false })), "stdout", line));
      }
    });

    it("can be read from a time on, and from the end", async () => {
      const { driver, spec } = await started({ kind: "serve" });
      await ready(driver, spec);
      const all = await until(async () => {
        const lines = await collect(driver.logs(spec.instanceId, { follow: false }));
        return lines.length >= 2 ? lines : null;
      });
      expect(await collect(driver.logs(spec.instanceId, { follow: false, sinceMs: Date.now() + 60_000 }))).toEqual([]);
      expect(await collect(driver.logs(spec.instanceId, { follow: false, sinceMs: (all[0]?.at ?? 0) - 1000 }))).toHaveLength(all.length);
      expect(await collect(driver.logs(spec.instanceId, { follow: false, tail: 1 }))).toHaveLength(1);
      expect(await collect(driver.logs(spec.instanceId, { follow: false, tail: 0 }))).toEqual([]);
    });

    it("followed, end with the instance or with the reader's wish", async () => {
      const { driver, spec } = await started({ kind: "serve" });
      const stop = new AbortController();
      const aborted = (async () => {
        for await (const line of driver.logs(spec.instanceId, { follow: true, signal: stop.signal })) if (line.text === "out line") stop.abort();
      })();
      await aborted;
      const followed = collect(driver.logs(spec.instanceId, { follow: true }));
      await ready(driver, spec);
      await driver.stopInstance(spec.instanceId, 5000);
      expect(has(await followed, "stdout", "out line")).toBe(true);
    });

    it("of an unknown instance are not found", async () => {
      await expect(collect(harness().driver.logs(uniqueId("ins"), { follow: false }))).rejects.toMatchObject({ kind: "not_found" });
    });
  });

  describe("stats", () => {
    it("give samples while the instance runs, and end with it", async () => {
      const { driver, spec } = await started({ kind: "serve" });
      const samples = [];
      for await (const sample of driver.stats(spec.instanceId, 1000, new AbortController().signal)) {
        samples.push(sample);
        if (samples.length === 2) await driver.stopInstance(spec.instanceId, 5000);
      }
      expect(samples.length).toBeGreaterThanOrEqual(2);
      expect(samples[0]?.memoryLimitBytes).toBe(64 * 1024 * 1024);
      expect(samples[0]?.memoryBytes).toBeGreaterThan(0);
      expect(samples[0]?.memoryBytes).toBeLessThan(64 * 1024 * 1024);
      for (const { cpuCores } of samples) expect(cpuCores).toBeGreaterThanOrEqual(0);
      expect((samples[1]?.at ?? 0) - (samples[0]?.at ?? 0)).toBeGreaterThan(600);
    });

    it("tell the memory of the moment, of running instances alone", async () => {
      const { driver, spec } = await started({ kind: "serve" });
      await ready(driver, spec);
      const held = await driver.memoryOf(spec.instanceId);
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(64 * 1024 * 1024);
      await driver.stopInstance(spec.instanceId, 5000);
      expect(await driver.memoryOf(spec.instanceId)).toBeNull();
      expect(await driver.memoryOf(uniqueId("ins"))).toBeNull();
    });

    it("stop at the reader's wish", async () => {
      const { driver, spec } = await started({ kind: "serve" });
      const stop = new AbortController();
      for await (const sample of driver.stats(spec.instanceId, 1000, stop.signal)) {
        expect(sample.at).toBeGreaterThan(0);
        stop.abort();
      }
    });
  });

  describe("events", () => {
    it("tell an instance's life from the call on", async () => {
      const { driver } = harness();
      const stop = new AbortController();
      const events: InstanceEvent[] = [];
      const reading = (async (source: AsyncIterable<InstanceEvent>) => {
        for await (const event of source) events.push(event);
      })(driver.events(stop.signal));
      const { spec } = await started({ kind: "out-of-memory" });
      await ended(driver, spec.instanceId);
      await driver.removeInstance(spec.instanceId);
      await until(() => Promise.resolve(events.some(({ kind }) => kind === "removed")));
      stop.abort();
      await reading;
      expect(events.every(({ instanceId, at }) => instanceId === spec.instanceId && Math.abs(at - Date.now()) < 60_000)).toBe(true);
      const kinds = events.map(({ kind }) => kind);
      expect(kinds.slice(0, 2)).toEqual(["created", "started"]);
      expect(
        kinds
          .slice(2, -1)
          .filter((kind, index, all) => all.indexOf(kind) === index)
          .sort(),
      ).toEqual(["exited", "out_of_memory"]);
      expect(kinds.at(-1)).toBe("removed");
    });
  });

  describe("the host", () => {
    it("is described", async () => {
      const view = await harness().driver.hostView();
      expect(view.cpuCores).toBeGreaterThan(0);
      expect(view.memoryMib).toBeGreaterThan(100);
      expect(view.engineVersion).not.toBe("");
    });
  });
}
