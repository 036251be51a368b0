import { replaceAfter } from "../end-of-instance";
import { judged, loadAt, measure, type Fault } from "../measure";

/** More than the instance type has. */
const allocateMib = 400;

export const memoryExceeded: Fault = {
  id: "F5",
  title: "an instance exceeds its memory",
  allowed: "as F1, and the cause is named",
  async run(stage, span) {
    const { api, engine } = stage.world;
    const victim = await stage.victim();
    let endedAt = 0;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      // The answer never comes: the kernel is faster.
      endedAt = await replaceAfter(stage, victim, watch, () => stage.switch(victim, { allocate_mib: allocateMib }).catch(() => undefined));
    });
    const [event] = await engine.query<{ reason: string }>("SELECT reason FROM event WHERE instance_id = $1 AND severity = 'error' ORDER BY at DESC LIMIT 1", [
      victim.id,
    ]);
    const shown = (await api.deployment(stage.quick, "blue")).instances.find(({ id }) => id === victim.id)?.reason ?? event?.reason ?? "no cause";
    return judged(
      measured,
      (judge) =>
        judge
          .onlyInHand(loadAt(measured, 0), endedAt)
          .failures(loadAt(measured, 1), 0)
          .atMost("replaced after", measured.recoverMs ?? Infinity, 5000 + stage.modelLoadMs, " ms")
          .that(shown === "OutOfMemory", `the cause shown is ${shown}`),
      [`cause shown: ${shown}`],
    );
  },
};
