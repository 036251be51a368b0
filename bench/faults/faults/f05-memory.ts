import { until } from "../../../playwright/fixtures/until";
import { judged, loadAt, measure, type Fault } from "../measure";
import { failedOf, tally } from "../report";

const concurrency = 16;
/** More than the instance type has. */
const allocateMib = 400;

export const memoryExceeded: Fault = {
  id: "F5",
  title: "an instance exceeds its memory",
  allowed: "as F1, and the cause is named",
  async run(stage, span) {
    const { api, engine } = stage.world;
    const [victim] = await stage.whole(stage.quick, 2);
    if (victim === undefined) throw new Error("there is no instance");
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      // The answer never comes: the kernel is faster.
      await stage.switch(victim, { allocate_mib: allocateMib }).catch(() => undefined);
      await until("its end to be known", async () => (await stage.instances(stage.quick)).every(({ id }) => id !== victim.id));
      watch.detected();
      await stage.whole(stage.quick, 2, victim.id);
      watch.recovered();
    });
    const [event] = await engine.query<{ reason: string }>("SELECT reason FROM event WHERE instance_id = $1 AND severity = 'error' ORDER BY at DESC LIMIT 1", [
      victim.id,
    ]);
    const shown = (await api.deployment(stage.quick, "blue")).instances.find(({ id }) => id === victim.id)?.reason ?? event?.reason ?? "no cause";
    const quick = loadAt(measured, 0);
    return judged(
      measured,
      (judge) =>
        judge
          .failures(quick, concurrency)
          .failures(loadAt(measured, 1), 0)
          .atMost("replaced after", measured.recoverMs ?? Infinity, 5000 + stage.modelLoadMs, " ms")
          .that(shown === "OutOfMemory", `the cause shown is ${shown}`),
      [tally(failedOf(quick)), `cause shown: ${shown}`],
    );
  },
};
