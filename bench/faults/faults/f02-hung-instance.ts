import { until } from "../../../playwright/fixtures/until";
import { judged, loadAt, measure, type Fault } from "../measure";

/** The proxy gives the next request to whoever has the fewest, so one that never answers soon has the most. */
const inHand = 16;
const noticeMs = 3000;

export const hungInstance: Fault = {
  id: "F2",
  title: "an instance hangs with its socket open (paused)",
  allowed: "ejected in 3 s, no more lost than it had in hand, no queue afterwards",
  async run(stage, span) {
    const victim = await stage.victim();
    const container = stage.world.engine.instance(victim.id);
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await container.pause();
      try {
        const gone = async () => (await stage.instances(stage.quick)).every(({ id }) => id !== victim.id);
        await until("the pause to be known", gone, { limitMs: 20_000 }).then(
          () => watch.detected(),
          () => watch.note("not ejected within 20 s"),
        );
        await watch.hold(span.ms);
      } finally {
        await container.unpause();
      }
      const healedAt = Date.now();
      await stage.whole(stage.quick, 2);
      watch.recovered(healedAt);
    });
    const quick = loadAt(measured, 0);
    const after = quick.samples.filter(({ dueAt }) => dueAt > measured.injectedAt + noticeMs && dueAt < measured.healedAt);
    const queued = after.filter(({ latencyMs }) => latencyMs > 1000).length;
    return judged(measured, (judge) =>
      judge
        .atMost("ejected after", measured.detectMs ?? Infinity, noticeMs, " ms")
        .failures(quick, inHand)
        .failures(loadAt(measured, 1), 0)
        .atMost("requests that waited over 1 s after the ejection:", queued, 0),
    );
  },
};
