import { replaceAfter } from "../end-of-instance";
import { judged, loadAt, measure, type Fault } from "../measure";

export const killedInstance: Fault = {
  id: "F1",
  title: "one of two instances is killed",
  allowed: "requests in flight on it; replaced in 5 s + model load",
  async run(stage, span) {
    const victim = await stage.victim();
    let endedAt = 0;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      endedAt = await replaceAfter(stage, victim, watch, () => stage.world.engine.killInstance(victim.id));
    });
    return judged(
      measured,
      (judge) =>
        judge
          .onlyInHand(loadAt(measured, 0), endedAt)
          .failures(loadAt(measured, 1), 0)
          .atMost("replaced after", measured.recoverMs ?? Infinity, 5000 + stage.modelLoadMs, " ms"),
      [`model load ${String(stage.modelLoadMs)} ms`],
    );
  },
};
