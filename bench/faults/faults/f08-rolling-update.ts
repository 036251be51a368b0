import { setTimeout as delay } from "node:timers/promises";
import { judged, loadAt, measure, type Fault } from "../measure";

const fullRequests = 50_000;

export const rollingUpdate: Fault = {
  id: "F8",
  title: "a rolling update and back",
  allowed: "0 failed",
  async run(stage, span) {
    const { api } = stage.world;
    const roll = async (value: string): Promise<number> => {
      const startedAt = Date.now();
      const { generation, ...spec } = await api.deployment(stage.quick, "blue");
      const { code, environment, model, environmentVariables } = spec;
      const body = { ...spec, generation, model: model?.id ?? null, code: code?.id ?? null, environment: environment.id };
      await api.call("PUT", `/endpoints/${stage.quick}/deployments/blue`, { ...body, environmentVariables: { ...environmentVariables, RELEASE: value } });
      await api.ready(stage.quick, "blue");
      await stage.whole(stage.quick, 2);
      return Date.now() - startedAt;
    };
    let rolls = 0;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      do {
        watch.note(`there in ${String(await roll(`new-${String(rolls)}`))} ms, back in ${String(await roll("old"))} ms`);
        rolls += 1;
        await delay(500);
      } while (span.full && ((Date.now() - watch.injectedAt) / 1000) * (stage.rates.quick + stage.rates.slow) < fullRequests);
    });
    return judged(measured, (judge) => judge.noFailures(measured), [`${String(loadAt(measured, 0).during.sent)} requests during ${String(2 * rolls)} rolls`]);
  },
};
