import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../fixtures/engine";
import { startProduct, stopProduct, studioUrl } from "../fixtures/product-process";
import { failures, type Answer } from "../fixtures/scorer";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

/** Milliseconds for which the management side stays dead. */
const outageMs = 60_000;

/** Milliseconds that the kernel may take to end the killed container's processes, whose sockets take requests until then. */
const deathMs = 250;

const failedOf = (answers: readonly Answer[]) => answers.filter(({ status }) => status < 200 || status > 299);

/** Kills supervisor, its parent, the studio, the control plane, ingester, query worker and database, none of which may say goodbye. */
function killManagement(engine: Engine, startPid: number, supervisorPid: number): void {
  const victims = [startPid, supervisorPid, ...engine.processes().values(), engine.databasePid()];
  for (const pid of victims) process.kill(pid, "SIGKILL");
}

test("SIGKILL of one of two instances costs only what it was working on, and a replacement serves", async ({ world }) => {
  const { api, engine } = world;
  // Concurrency and rate leave room on one instance, so that the cap's 429 is not mistaken for a loss.
  const endpoint = await world.serve("killed", { blue: 100 }, { instances: 2, concurrency: 16 });
  const [victim] = (await api.deployment(endpoint, "blue")).instances;
  if (victim === undefined) throw new Error("there is no instance");
  const scorer = await world.scorer(endpoint);
  const load = scorer.startLoad(50);
  await load.more(200);
  const openAtKill = load.inFlight;
  await engine.killInstance(victim.id);
  const killedAt = Date.now();
  const replaced = await until(
    "two ready instances without the killed one",
    async () => {
      const { instances } = await api.deployment(endpoint, "blue");
      const ready = instances.filter((instance) => instance.ready && instance.removedAt === null && instance.id !== victim.id);
      return ready.length === 2 ? ready : null;
    },
    { limitMs: 60_000 },
  );
  await load.more(200);
  const answers = await load.stop();
  const apart = failedOf(answers).filter(({ startedAt, latencyMs }) => startedAt > killedAt + deathMs || startedAt + latencyMs < killedAt);
  expect(failures(apart), "failures that were not in flight when it died").toEqual([]);
  // A request that was taken by the gateway and not yet answered counts as in flight on it; there are at most as many as its concurrency.
  expect(failedOf(answers).length, failures(answers).join("\n")).toBeLessThanOrEqual(Math.max(4, openAtKill));
  expect(replaced.map(({ id }) => id)).not.toContain(victim.id);
});

test("with control plane, database and studio dead no request fails, a restarted gateway serves within 2 s, and all comes back", async ({ world }) => {
  const { api, engine, product } = world;
  const endpoint = await world.serve("orphan", { blue: 70, green: 30 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const supervisorPid = await parentOf(engine.processes().get("control-plane") ?? 0);
  const running = await engine.running();
  const load = scorer.startLoad(50);
  await load.more(50);
  killManagement(engine, product.startPid, supervisorPid);
  const diedAt = Date.now();
  await until("the outage to last long enough", () => Date.now() - diedAt > outageMs, { limitMs: outageMs + 5000 });
  await expect(api.endpoint(endpoint)).rejects.toThrow();
  const during = await load.stop();
  expect(failures(during)).toEqual([]);
  expect(new Set(during.map(({ deployment }) => deployment))).toEqual(new Set(["blue", "green"]));

  await test.step("the gateway restarts from what it kept", async () => {
    for (const pid of await engine.pidsOf(engine.gateway, /haproxy|gateway-/)) killIfThere(pid);
    const killedAt = Date.now();
    let servedAfter = Infinity;
    while (servedAfter === Infinity && Date.now() - killedAt < 10_000) {
      const answer = await scorer.score({ timeoutMs: 1000 });
      if (answer.status === 200 && Date.now() - killedAt > 20) servedAfter = Date.now() - killedAt;
      else await delay(10);
    }
    expect(servedAfter).toBeLessThan(2000);
  });

  await test.step("everything comes back by itself", async () => {
    await startProduct();
    await api.ready(endpoint, "blue");
    await api.ready(endpoint, "green");
    const { receipt } = await api.setTraffic(endpoint, { blue: 20, green: 80 });
    expect(receipt.state).toBe("applied");
    expect(failures(await scorer.many(50, 4))).toEqual([]);
    expect(await engine.running(), "instances are adopted as they are").toEqual(running);
  });
});

test("a killed control plane is started again and goes on where it was", async ({ world }) => {
  const { api, engine } = world;
  const endpoint = await world.endpoint("resumed");
  await world.wish(endpoint, "blue");
  const pid = engine.processes().get("control-plane") ?? 0;
  if (pid <= 1) throw new Error("the control plane does not run");
  process.kill(pid, "SIGKILL");
  await api.ready(endpoint, "blue");
  const { receipt } = await api.setTraffic(endpoint, { blue: 100 });
  expect(receipt.state).toBe("applied");
});

test.afterAll(async () => {
  // A test that failed during its outage leaves a dead product behind; the next ones need a living one.
  const alive = await fetch(`${studioUrl}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (alive) return;
  await stopProduct();
  await startProduct();
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Its sibling's end took it along.
  }
}

async function parentOf(pid: number): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${String(pid)}/status`, "utf8");
  const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  if (parent <= 1) throw new Error(`process ${String(pid)} has no parent of ours`);
  return parent;
}
