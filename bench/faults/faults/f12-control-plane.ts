import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";
import { keepDead, pidsMatching } from "../processes";

const defaultMs = 60_000;
const fullMs = 600_000;

export const controlPlaneDead: Fault = {
  id: "F12",
  title: "the control plane stays dead",
  allowed: "0 failed; keys valid; everything goes on by itself",
  async run(stage, span) {
    const { api, product } = stage.world;
    const measured = await measure(stage, stage.standing(), { ...span, ms: Math.min(span.ms, 10_000) }, async (watch) => {
      const revive = keepDead(() => pidsMatching(new RegExp(`${product.root}/dist/control-plane\\.mjs`)));
      await watch.hold(span.full ? fullMs : defaultMs);
      const answered = await api.endpoint(stage.quick).then(() => true, () => false); // prettier-ignore
      const kills = await revive();
      const healedAt = Date.now();
      watch.note(
        `killed ${String(kills)} times in ${String((healedAt - watch.injectedAt) / 1000)} s; the studio ${answered ? "answered" : "did not answer"} meanwhile`,
      );
      const { generation } = await api.endpoint(stage.quick);
      await api.call("PUT", `/endpoints/${stage.quick}/traffic`, { generation, traffic: { blue: 100 } });
      await until("a wish to be in force again", async () => (await api.endpoint(stage.quick)).receipt?.state === "applied", { limitMs: 60_000 });
      watch.recovered(healedAt);
    });
    return judged(measured, (judge) => judge.noFailures(measured));
  },
};
