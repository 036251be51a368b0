import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { judged, loadAt, measure, type Fault } from "../measure";
import { pidsMatching } from "../processes";
import type { Stage } from "../stage";

/** 10 s on a model of 5 ms. */
const slower = 2000;
/** Of the table, and what two equal loads differ by anyhow on a machine whose clock ticks are shared. */
const [share, clockMs] = [1.05, 5];
/** The copies of all shadows together (64 MiB), what answers they have, and the program with what it has not tidied up yet. */
const mirrorMiB = 384;
const shadow = "green";

/** Resident memory of the mirror beside this product's proxy, in MiB. */
function mirrorMemory(): number {
  const sizes = pidsMatching(/gateway-mirror\.mjs/).map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1] ?? 0));
  return Math.max(0, ...sizes) / 1024;
}

/** An endpoint like the standing quick one, every call of which is copied to a shadow of one instance. */
async function mirrored(stage: Stage): Promise<string> {
  const { api } = stage.world;
  const endpoint = await stage.serve("mirrored", { delayMs: 5, instances: 2 });
  await stage.deploy(endpoint, shadow, { delayMs: 5 });
  await api.ready(endpoint, shadow);
  const { generation } = await api.endpoint(endpoint);
  await api.call("PUT", `/endpoints/${endpoint}/mirror`, { generation, mirrorTraffic: { [shadow]: 100 } });
  return endpoint;
}

export const spoiltShadow: Fault = {
  id: "F27",
  title: "a shadow of every call takes 10 s, then hangs, then is dead",
  allowed: "p99 within 5 % of the same calls without a shadow; 0 failed; memory bounded",
  async run(stage, span) {
    const endpoint = await mirrored(stage);
    const [instance] = await stage.instances(endpoint, shadow);
    if (instance === undefined) throw new Error("the shadow has no instance");
    const container = stage.world.engine.instance(instance.id);
    let peak = 0;
    const watchMemory = setInterval(() => (peak = Math.max(peak, mirrorMemory())), 250);
    const specs = [{ name: "mirrored", endpoint, perSecond: stage.rates.quick }, ...stage.standing()];
    try {
      const measured = await measure(stage, specs, span, async () => {
        await stage.switch(instance, { factor: slower });
        await delay(span.ms);
        await container.pause();
        await delay(span.ms);
        await container.unpause();
        await container.kill();
        await delay(span.ms);
      });
      const [loaded, without] = [loadAt(measured, 0), loadAt(measured, 1)];
      return judged(
        measured,
        (judge) =>
          judge
            .noFailures(measured)
            .atMost("p99 with a spoilt shadow", loaded.during.p99Ms, Math.max(without.during.p99Ms * share, without.during.p99Ms + clockMs), " ms")
            .that(peak > 0, "no mirror ran")
            .atMost("memory of the mirror", peak, mirrorMiB, " MiB"),
        [
          `p99 without a shadow ${without.during.p99Ms.toFixed(0)} ms in the same seconds; mirror at most ${peak.toFixed(0)} MiB`,
          `p99 with a healthy shadow ${loaded.before.p99Ms.toFixed(0)} ms, without ${without.before.p99Ms.toFixed(0)} ms`,
        ],
      );
    } finally {
      clearInterval(watchMemory);
      await stage.world.remove(endpoint);
    }
  },
};
