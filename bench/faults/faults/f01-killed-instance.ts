import { until } from "../../../playwright/fixtures/until";
import { judged, loadAt, measure, type Fault } from "../measure";
import { failedOf, tally } from "../report";

/** At most what one instance may have in hand. */
const concurrency = 16;

export const killedInstance: Fault = {
  id: "F1",
  title: "one of two instances is killed",
  allowed: "requests in flight on it; replaced in 5 s + model load",
  async run(stage, span) {
    const [victim] = await stage.whole(stage.quick, 2);
    if (victim === undefined) throw new Error("there is no instance to kill");
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await stage.world.engine.killInstance(victim.id);
      await until("its end to be known", async () => (await stage.instances(stage.quick)).every(({ id }) => id !== victim.id));
      watch.detected();
      await stage.whole(stage.quick, 2, victim.id);
      watch.recovered();
    });
    const quick = loadAt(measured, 0);
    return judged(
      measured,
      (judge) =>
        judge
          .failures(quick, concurrency)
          .failures(loadAt(measured, 1), 0)
          .atMost("replaced after", measured.recoverMs ?? Infinity, 5000 + stage.modelLoadMs, " ms"),
      [tally(failedOf(quick)), `model load ${String(stage.modelLoadMs)} ms`],
    );
  },
};
