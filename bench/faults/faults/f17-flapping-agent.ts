import { setTimeout as delay } from "node:timers/promises";
import path from "node:path";
import { judged, measure, type Fault } from "../measure";
import { Relay } from "../relay";

const everyMs = 1000;

export const flappingAgent: Fault = {
  id: "F17",
  title: "the agent's connection breaks every second",
  allowed: "0 failed; no backend lost",
  async run(stage, span) {
    const { api, product } = stage.world;
    const scale = async (count: number): Promise<void> => {
      const { generation } = await api.deployment(stage.slow, "blue");
      await api.scale(stage.slow, "blue", generation, count);
      await stage.whole(stage.slow, count);
    };
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      const relay = await Relay.replace(path.join(product.home, "run/gateway/api.sock"));
      const over = new AbortController();
      const flapping = (async () => {
        let cuts = 0;
        for (; !over.signal.aborted; cuts += 1) {
          relay.cut();
          await delay(everyMs);
        }
        return cuts;
      })();
      // Changes must get through all the same, else nothing would be proven.
      await scale(3);
      await scale(2);
      const durations: number[] = [];
      while (Date.now() < watch.injectedAt + span.ms) durations.push(await stage.changeRouting());
      over.abort();
      watch.note(`${String(await flapping)} breaks; ${String(durations.length)} changes in force, the slowest after ${String(Math.max(...durations))} ms`);
      await relay.close();
      const healedAt = Date.now();
      await stage.changeRouting();
      watch.recovered(healedAt);
    });
    const [quick, slow] = [await stage.instances(stage.quick), await stage.instances(stage.slow)];
    return judged(measured, (judge) => judge.noFailures(measured).that(quick.length === 2 && slow.length === 2, "instances were lost"));
  },
};
