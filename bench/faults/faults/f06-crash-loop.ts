import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";

const said = "no weights in this universe";

export const crashLoop: Fault = {
  id: "F6",
  title: "a new deployment crashes in init, again and again",
  allowed: "0 failed; weight stays 0; the log of init is kept",
  async run(stage, span) {
    const { api, world } = { api: stage.world.api, world: stage.world };
    let logged = false;
    let percent = -1;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await world.wish(stage.quick, "broken", { environmentVariables: { FAIL_INIT: said } });
      const known = async () => (await api.deployment(stage.quick, "broken")).instances.some(({ reason }) => reason === "ScriptInitFailed");
      await until("the failure to be known", known, { limitMs: 120_000, everyMs: 250 });
      watch.detected();
      await watch.hold(span.ms);
      percent = (await api.deployment(stage.quick, "broken")).percent;
      logged = (await api.logs(stage.quick, "?deployment=broken")).lines.some(({ text }) => text.includes(said));
      await api.deleteDeployment(stage.quick, "broken");
      const healedAt = Date.now();
      await until("it to be gone", async () => (await api.endpoint(stage.quick)).deployments.length === 1, { limitMs: 60_000, everyMs: 250 });
      watch.recovered(healedAt);
    });
    return judged(measured, (judge) =>
      judge
        .noFailures(measured)
        .that(percent === 0, `its weight was ${String(percent)}`)
        .that(logged, "the log of init was lost"),
    );
  },
};
