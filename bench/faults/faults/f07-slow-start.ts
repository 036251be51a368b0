import { until } from "../../../playwright/fixtures/until";
import { ApiError } from "../../../playwright/fixtures/api";
import { judged, loadAt, measure, type Fault } from "../measure";
import { isFailed } from "../report";

const name = "late";

export const slowStart: Fault = {
  id: "F7",
  title: "a new deployment takes long before it is ready",
  allowed: "0 failed; no traffic before it is ready",
  async run(stage, span) {
    const { api, world } = { api: stage.world.api, world: stage.world };
    let refused = false;
    let readyAt = Infinity;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      const seconds = Math.round(span.ms / 1000);
      await world.wish(stage.quick, name, { environmentVariables: { INIT_SECONDS: String(seconds) }, concurrency: 16, instanceType: "sluice.small" });
      const { generation } = await api.endpoint(stage.quick);
      await api.call("PUT", `/endpoints/${stage.quick}/traffic`, { generation, traffic: { blue: 90, [name]: 10 } }).catch((error: unknown) => {
        refused = error instanceof ApiError && error.status === 422;
      });
      readyAt = (await api.ready(stage.quick, name)).instances[0]?.readyAt ?? Infinity;
      watch.note(`ready after ${((readyAt - watch.injectedAt) / 1000).toFixed(1)} s of which ${String(seconds)} s are init's`);
      await api.setTraffic(stage.quick, { blue: 95, [name]: 5 });
      await watch.hold(Date.now() - watch.injectedAt + 5000);
      await api.setTraffic(stage.quick, { blue: 100 });
      await api.deleteDeployment(stage.quick, name);
      await until("it to be gone", async () => (await api.endpoint(stage.quick)).deployments.length === 1, { limitMs: 60_000, everyMs: 250 });
    });
    const own = loadAt(measured, 0).samples.filter(({ deployment }) => deployment === name);
    const early = own.filter((sample) => sample.dueAt + sample.latencyMs < readyAt).length;
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .that(refused, "a share was accepted before it was ready")
          .atMost("requests before it was ready:", early, 0)
          .that(own.some((sample) => !isFailed(sample)), "it never served, although it had a share"), // prettier-ignore
      [`${String(own.length)} requests went to it at 5 %`],
    );
  },
};
