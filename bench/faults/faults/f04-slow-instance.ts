import { judged, loadAt, measure, type Fault } from "../measure";

const slower = 20;

export const slowInstance: Fault = {
  id: "F4",
  title: "one of two instances is 20 times slower",
  allowed: "its share drops; p99 at most 3 × normal; nothing fails",
  async run(stage, span) {
    const victim = await stage.victim();
    const name = await stage.answerName(victim);
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await stage.switch(victim, { factor: slower });
      await watch.hold(span.ms);
      await stage.calm(victim);
    });
    const quick = loadAt(measured, 0);
    const shareIn = (from: number, to: number): number => {
      const within = quick.samples.filter(({ dueAt }) => dueAt >= from && dueAt < to);
      return within.filter(({ instance }) => instance === name).length / Math.max(1, within.length);
    };
    const [before, during] = [shareIn(0, measured.injectedAt), shareIn(measured.injectedAt, measured.healedAt)];
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .atMost("p99", quick.during.p99Ms, 3 * quick.before.p99Ms, " ms")
          .atMost("its share", during * 100, (before * 100) / 2, " %"),
      [`its share ${(before * 100).toFixed(1)} % before, ${(during * 100).toFixed(1)} % during`],
    );
  },
};
