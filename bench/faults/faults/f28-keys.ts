import { setTimeout as delay } from "node:timers/promises";
import { judged, loadAt, measure, type Fault } from "../measure";

const refusedWithinMs = 1000;
const everyMs = 2000;

export const renewedKey: Fault = {
  id: "F28",
  title: "one key is renewed again and again, the other works",
  allowed: "an old key refused in 1 s; 0 failed with the other",
  async run(stage, span) {
    const { api, world } = { api: stage.world.api, world: stage.world };
    const keys = await api.keys(stage.quick);
    const [quick, slow] = stage.standing();
    if (quick === undefined || slow === undefined) throw new Error("there are no standing loads");
    const worst = { refused: 0, accepted: 0 };
    let renewals = 0;
    /** Milliseconds until calls with a key have an outcome. */
    const until = async (key: string, status: number): Promise<number> => {
      const scorer = await world.scorer(stage.quick, key);
      const since = Date.now();
      while ((await scorer.score()).status !== status) {
        if (Date.now() - since > 15_000) return Infinity;
        await delay(10);
      }
      scorer.close();
      return Date.now() - since;
    };
    const measured = await measure(stage, [{ ...quick, key: keys.secondaryKey }, slow], span, async (watch) => {
      let old = keys.primaryKey;
      while (Date.now() < watch.injectedAt + span.ms) {
        const next = Date.now() + everyMs;
        const { primaryKey } = await api.call<{ primaryKey: string }>("POST", `/endpoints/${stage.quick}/keys/regenerate`, { keyType: "primary" });
        const [refused, accepted] = await Promise.all([until(old, 401), until(primaryKey, 200)]);
        worst.refused = Math.max(worst.refused, refused);
        worst.accepted = Math.max(worst.accepted, accepted);
        old = primaryKey;
        renewals += 1;
        await delay(Math.max(0, next - Date.now()));
      }
    });
    return judged(
      measured,
      (judge) =>
        judge.failures(loadAt(measured, 0), 0).failures(loadAt(measured, 1), 0).atMost("an old key was refused after", worst.refused, refusedWithinMs, " ms"),
      [`${String(renewals)} renewals; old refused in ≤ ${String(worst.refused)} ms, new accepted in ≤ ${String(worst.accepted)} ms`],
    );
  },
};
