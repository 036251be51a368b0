import { judged, loadAt, measure, type Fault } from "../measure";

const linesPerSecond = 20_000;
const noiseMs = 25;

export const logFlood: Fault = {
  id: "F32",
  title: "one model writes 20,000 lines a second",
  allowed: "other endpoints unaffected; dropped lines are counted and shown",
  async run(stage, span) {
    const loud = await stage.serve("loud", { delayMs: 5 });
    const [instance] = await stage.whole(loud, 1);
    if (instance === undefined) throw new Error("there is no instance");
    let shown = "";
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await stage.switch(instance, { flood: linesPerSecond });
      await watch.hold(span.ms);
      await stage.calm(instance);
      const { lines } = await stage.world.api.logs(loud, "?limit=10000");
      shown = lines.findLast(({ text }) => text.startsWith("[sluice]"))?.text ?? "";
    });
    await stage.world.remove(loud);
    const [quick, slow] = [loadAt(measured, 0), loadAt(measured, 1)];
    return judged(
      measured,
      (judge) =>
        judge
          .noFailures(measured)
          .that(shown !== "", "no dropped line is shown")
          .atMost("p99 of 5 ms", quick.during.p99Ms, Math.max(1.5 * quick.before.p99Ms, quick.before.p99Ms + noiseMs), " ms")
          .atMost("p99 of 200 ms", slow.during.p99Ms, Math.max(1.5 * slow.before.p99Ms, slow.before.p99Ms + noiseMs), " ms"),
      [shown],
    );
  },
};
