import pino from "pino";
import { describe, expect, it } from "vitest";
import { FakeClock } from "#server/testing/fake-clock";
import { Controller, type LoopContext } from "./controller";
import { LoopMetrics } from "./metrics";
import { runAsLeader, type LeaseStore } from "./leadership";
import { after, done, TerminalError, TransientError, type PassContext, type Reconciler } from "./outcome";
import { Runtime, type Hint } from "./runtime";
import { WorkQueue } from "./work-queue";

const loopContext = (clock = new FakeClock(0)): LoopContext & { clock: FakeClock } => ({
  clock,
  log: pino({ level: "silent" }),
  metrics: new LoopMetrics(),
  random: () => 0,
  newPassId: () => "p",
});
const reconciler = (reconcile: Reconciler["reconcile"], over: Partial<Reconciler> = {}): Reconciler => ({
  name: "test",
  concurrency: 1,
  deadlineMs: 1000,
  reconcile,
  ...over,
});
const never = new AbortController().signal;
/** Lets promises that are due run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("WorkQueue", () => {
  it("hands a key out once however often it is added, and again when it was added during its pass", () => {
    const queue = new WorkQueue();
    queue.add("a", 0);
    queue.add("a", 0);
    expect(queue.take(0)?.key).toBe("a");
    expect(queue.take(0)).toBeNull();
    queue.add("a", 0);
    expect(queue.take(0)).toBeNull();
    queue.done("a");
    expect(queue.take(0)?.key).toBe("a");
  });
  it("serves urgent before normal before low, and equals in order of arrival", () => {
    const queue = new WorkQueue();
    queue.add("low", 0, "low");
    queue.add("first", 0);
    queue.add("second", 0);
    queue.add("urgent", 0, "urgent");
    expect([queue.take(0), queue.take(0), queue.take(0), queue.take(0)].map((item) => item?.key)).toEqual(["urgent", "first", "second", "low"]);
  });
  it("brings a waiting key forward and never back", () => {
    const queue = new WorkQueue();
    queue.add("a", 1000, "low");
    queue.add("a", 10, "urgent");
    queue.add("a", 500, "low");
    expect(queue.take(9)).toBeNull();
    expect(queue.take(10)).toMatchObject({ key: "a", priority: "urgent" });
  });
});

describe("Controller", () => {
  it("tries a failed key again with growing delays, and forgets them after a success", async () => {
    const context = loopContext();
    let failing = true;
    const controller = new Controller(
      reconciler(() => (failing ? Promise.reject(new TransientError("away")) : Promise.resolve(done))),
      context,
    );
    controller.enqueue("a");
    const delays: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await controller.runNext(never);
      const due = controller.queue.nextDueAt() ?? 0;
      delays.push(due - context.clock.now());
      context.clock.advance(due - context.clock.now());
    }
    expect(delays).toEqual([125, 250, 500, 1000]);
    failing = false;
    await controller.runNext(never);
    expect(controller.queue.nextDueAt()).toBeNull();
  });

  it("does not try again what cannot be helped, and survives a pass that panics", async () => {
    const context = loopContext();
    const controller = new Controller(
      reconciler((key) => {
        if (key === "terminal") throw new TerminalError("no");
        throw new RangeError("bug");
      }),
      context,
    );
    controller.enqueue("terminal");
    controller.enqueue("panic");
    await controller.runNext(never);
    await controller.runNext(never);
    expect(controller.queue.depth).toBe(1);
    expect(context.metrics.read("sluice_passes_total", { loop: "test", outcome: "terminal" })).toBe(1);
    expect(context.metrics.read("sluice_passes_total", { loop: "test", outcome: "error" })).toBe(1);
  });

  it("never runs two passes of one key at a time, and others beside it", async () => {
    const context = loopContext();
    const active = new Map<string, number>();
    const release: (() => void)[] = [];
    let overlap = false;
    const work = async (key: string) => {
      active.set(key, (active.get(key) ?? 0) + 1);
      overlap ||= (active.get(key) ?? 0) > 1;
      await new Promise<void>((resolve) => release.push(resolve));
      active.set(key, (active.get(key) ?? 0) - 1);
      return done;
    };
    const stop = new AbortController();
    const controller = new Controller(reconciler(work, { concurrency: 3 }), context);
    const loop = controller.run(stop.signal);
    for (const key of ["a", "b", "a"]) controller.enqueue(key);
    await turn();
    controller.enqueue("a");
    await turn();
    expect([...active.values()]).toEqual([1, 1]);
    for (let round = 0; round < 5; round += 1) {
      release.splice(0).forEach((go) => go());
      await turn();
    }
    stop.abort();
    await loop;
    expect(overlap).toBe(false);
  });

  it("aborts a pass at its deadline and waits for running passes when it is stopped", async () => {
    const context = loopContext();
    let aborted = false;
    const hang = (_: string, pass: PassContext) =>
      new Promise<never>((_resolve, reject) =>
        pass.signal.addEventListener("abort", () => {
          aborted = true;
          reject(pass.signal.reason as Error);
        }),
      );
    const controller = new Controller(reconciler(hang), context);
    controller.enqueue("a");
    const pass = controller.runNext(never);
    await turn();
    context.clock.advance(1000);
    await pass;
    expect(aborted).toBe(true);
    expect(controller.queue.depth).toBe(1);
  });

  it("comes back after the time that an outcome asks for", async () => {
    const context = loopContext();
    const controller = new Controller(
      reconciler(() => Promise.resolve(after(5000, "waits"))),
      context,
    );
    controller.enqueue("a");
    await controller.runNext(never);
    expect(controller.queue.nextDueAt()).toBe(5000);
  });

  it("counts a resync pass that had to change something as a correction", async () => {
    const context = loopContext();
    const controller = new Controller(
      reconciler((key, pass) => {
        if (key === "missed") pass.noteWrite();
        return Promise.resolve(done);
      }),
      context,
    );
    for (const [key, priority] of [
      ["missed", "low"],
      ["fine", "low"],
    ] as const)
      controller.enqueue(key, priority);
    await controller.runNext(never);
    await controller.runNext(never);
    expect(context.metrics.read("sluice_resync_corrections_total", { loop: "test" })).toBe(1);
    expect(context.metrics.render()).toContain('sluice_pass_duration_ms_count{loop="test"} 2');
  });
});

describe("Runtime", () => {
  it("turns hints into passes and finds by resync what no hint told", async () => {
    const context = loopContext();
    const seen: string[] = [];
    let news: Hint[] = [{ kind: "thing", key: "hinted" }];
    const stop = new AbortController();
    const runtime = new Runtime({
      reconcilers: [
        reconciler((key) => {
          seen.push(key);
          return Promise.resolve(done);
        }),
      ],
      route: (hint) => [{ loop: "test", key: hint.key }],
      listAll: () => Promise.resolve([{ loop: "test", key: "forgotten" }]),
      source: {
        read: () => {
          const hints = news;
          news = [];
          return Promise.resolve(hints);
        },
        changed: () => new Promise(() => undefined),
      },
      resyncEveryMs: 60_000,
      context,
    });
    const running = runtime.run(stop.signal);
    for (let round = 0; round < 5; round += 1) await turn();
    expect(new Set(seen)).toEqual(new Set(["hinted", "forgotten"]));
    news = [{ kind: "thing", key: "later" }];
    context.clock.advance(1000);
    for (let round = 0; round < 5; round += 1) await turn();
    expect(seen).toContain("later");
    stop.abort(new Error("end"));
    await running;
  });
});

describe("runAsLeader", () => {
  it("leads while the lease is renewed, ends its term when another leads, and waits for its turn again", async () => {
    const context = loopContext();
    let renewable = true;
    let epoch = 0;
    const store: LeaseStore = { acquire: () => Promise.resolve((epoch += 1)), renew: () => Promise.resolve(renewable), release: () => Promise.resolve() };
    const stop = new AbortController();
    const terms: string[] = [];
    const lead = (term: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        terms.push(`begin ${String(term)}`);
        signal.addEventListener("abort", () => {
          terms.push(`end ${String(term)}`);
          resolve();
        });
      });
    const running = runAsLeader({ store, clock: context.clock, log: context.log }, stop.signal, lead);
    await turn();
    context.clock.advance(3000);
    await turn();
    expect(terms).toEqual(["begin 1"]);
    renewable = false;
    context.clock.advance(3000);
    for (let round = 0; round < 3; round += 1) await turn();
    expect(terms).toEqual(["begin 1", "end 1"]);
    renewable = true;
    context.clock.advance(1000);
    for (let round = 0; round < 3; round += 1) await turn();
    expect(terms.at(-1)).toBe("begin 2");
    stop.abort(new Error("end"));
    await running;
    expect(terms.at(-1)).toBe("end 2");
  });
});
