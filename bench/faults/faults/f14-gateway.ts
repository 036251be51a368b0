import { judged, measure, type Fault } from "../measure";
import { keepDead, killHard, pidsMatching } from "../processes";
import { isFailed } from "../report";

const backWithinMs = 2000;

export const gatewayKilled: Fault = {
  id: "F14",
  title: "the only gateway is killed, control plane dead as well",
  allowed: "back in 2 s from its snapshot",
  async run(stage, span) {
    const { engine, product } = stage.world;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      const revive = keepDead(() => pidsMatching(new RegExp(`${product.root}/dist/control-plane\\.mjs`)));
      const victims = await engine.pidsOf(engine.gateway, /haproxy|gateway-/);
      watch.injected();
      for (const pid of victims) killHard(pid);
      await watch.hold(span.ms);
      await revive();
    });
    const all = measured.loads.flatMap(({ samples }) => samples);
    const served = all.filter((sample) => !isFailed(sample)).map(({ dueAt, latencyMs }) => ({ dueAt, doneAt: dueAt + latencyMs }));
    const firstAgain = Math.min(...served.filter(({ dueAt }) => dueAt > measured.injectedAt).map(({ doneAt }) => doneAt));
    const late = all.filter((sample) => isFailed(sample) && sample.dueAt > measured.injectedAt + backWithinMs);
    const lost = all.filter(isFailed).length;
    return {
      ...judged(
        measured,
        (judge) =>
          judge.atMost("serves again after", firstAgain - measured.injectedAt, backWithinMs, " ms").atMost("failed later than 2 s after it:", late.length, 0),
        [`${String(lost)} requests failed in the gap: with one gateway nobody else can take them`],
      ),
      recoverMs: firstAgain - measured.injectedAt,
    };
  },
};
