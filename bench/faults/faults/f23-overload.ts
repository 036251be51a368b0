import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../../../playwright/fixtures/scorer";
import { judged, loadAt, measure, type Fault } from "../measure";
import { failedOf, isFailed, reportOf, tally } from "../report";

const [delayMs, concurrency, times] = [100, 4, 5];
const minimumMs = 10_000;
const fullMs = 60_000;
const rejectWithinMs = 20;
const recoverWithinMs = 5000;

export const overload: Fault = {
  id: "F23",
  title: "an endpoint gets 5 times what it can do",
  allowed: "goodput ≥ 90 % of the knee; 429 with retry-after in 20 ms; calm in 5 s; nothing after its deadline",
  async run(stage, span) {
    const endpoint = await stage.serve("busy", { delayMs, concurrency, queueWaitMs: 2000 });
    const scorer = await stage.world.scorer(endpoint);
    const kneeStart = Date.now();
    const kneeAnswers = await scorer.many(200, concurrency);
    const knee = kneeAnswers.length / ((Date.now() - kneeStart) / 1000);
    scorer.close();
    const gentle = { name: "half the knee", endpoint, perSecond: knee / 2 };
    let samples: Awaited<ReturnType<ReturnType<typeof stage.load.start>>> = [];
    let [from, to] = [0, 0];
    const measured = await measure(stage, [gentle, ...stage.standing()], span, async (watch) => {
      const stop = stage.load.start(await stage.order({ name: "overload", endpoint, perSecond: (times - 0.5) * knee }));
      from = Date.now();
      await watch.hold(span.full ? fullMs : Math.max(span.ms, minimumMs));
      to = Date.now();
      samples = await stop();
      await delay(0);
    });
    const [instance] = await stage.whole(endpoint, 1);
    const late = instance === undefined ? NaN : (await stage.counters(instance)).late;
    await stage.world.remove(endpoint);
    const seconds = (to - from) / 1000;
    const extra = reportOf("overload", (times - 0.5) * knee, samples, { injectedAt: from, healedAt: to });
    const calm = loadAt(measured, 0);
    const all = [...samples, ...calm.samples].filter(({ dueAt }) => dueAt >= from && dueAt < to);
    const goodput = all.filter((sample) => !isFailed(sample)).length / seconds;
    const rejected = all.filter(isFailed);
    const wrong = rejected.filter(({ status, retryAfter }) => status !== 429 || retryAfter === "");
    const rejectP50 = percentile(rejected.map(({ latencyMs }) => latencyMs), 50); // prettier-ignore
    const rejectP99 = percentile(rejected.map(({ latencyMs }) => latencyMs), 99); // prettier-ignore
    const lastTrouble = Math.max(to, ...failedOf(calm).map(({ dueAt, latencyMs }) => dueAt + latencyMs)) - to;
    return {
      ...judged(
        measured,
        (judge) =>
          judge
            .that(goodput >= 0.9 * knee, `goodput ${goodput.toFixed(1)}/s, allowed ${(0.9 * knee).toFixed(1)}/s`)
            .atMost("rejections that are not 429 with retry-after:", wrong.length, 0)
            .atMost("rejection p50", rejectP50, rejectWithinMs, " ms")
            .atMost("failed for", lastTrouble, recoverWithinMs, " ms after the overload")
            .atMost("executed after their deadline:", late, 0)
            .failures(loadAt(measured, 1), 0)
            .failures(loadAt(measured, 2), 0),
        [
          `knee ${knee.toFixed(1)}/s, offered ${(times * knee).toFixed(0)}/s, goodput ${goodput.toFixed(1)}/s`,
          `${String(extra.during.sent)} sent; rejections p50 ${rejectP50.toFixed(1)} ms, p99 ${rejectP99.toFixed(0)} ms: ${tally(rejected)}`,
        ],
      ),
      recoverMs: lastTrouble,
    };
  },
};
