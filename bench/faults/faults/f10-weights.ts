import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../../../playwright/fixtures/scorer";
import { judged, loadAt, measure, type Fault } from "../measure";
import { isFailed } from "../report";

const everyMs = 600;
const allowedP99Ms = 300;
/** Standard deviations of the binomial draw. */
const allowedDeviations = 5;

interface Interval {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

export const weightChanges: Fault = {
  id: "F10",
  title: "weight changes at 100 a minute",
  allowed: "0 failed; in force with p99 ≤ 300 ms; split within 5 σ",
  async run(stage, span) {
    const { api } = stage.world;
    const endpoint = await stage.serve("split", { delayMs: 5 });
    await stage.deploy(endpoint, "green", { delayMs: 5 });
    await api.ready(endpoint, "green");
    const changes = span.full ? 500 : 50;
    const durations: number[] = [];
    const known: Interval[] = [];
    const [quick, slow] = stage.standing();
    if (quick === undefined || slow === undefined) throw new Error("there are no standing loads");
    const measured = await measure(stage, [{ ...quick, endpoint }, slow], span, async () => {
      for (let change = 0; change < changes; change += 1) {
        const next = Date.now() + everyMs;
        const green = 1 + ((change * 37) % 99);
        const { receipt } = await api.setTraffic(endpoint, { blue: 100 - green, green });
        durations.push(receipt.state === "applied" ? (receipt.durationMs ?? Infinity) : Infinity);
        const from = Date.now();
        await delay(Math.max(50, next - Date.now()));
        // What was due in between arrived under this split: a margin for requests that waited to be sent.
        known.push({ from, to: Date.now() - 20, share: green / 100 });
      }
    });
    const served = loadAt(measured, 0).samples.filter((sample) => !isFailed(sample));
    let [expected, variance, green] = [0, 0, 0];
    for (const { from, to, share } of known) {
      const within = served.filter(({ dueAt }) => dueAt >= from && dueAt < to);
      expected += within.length * share;
      variance += within.length * share * (1 - share);
      green += within.filter(({ deployment }) => deployment === "green").length;
    }
    await stage.world.remove(endpoint);
    const deviations = Math.abs(green - expected) / Math.sqrt(Math.max(variance, 1));
    const p99 = percentile(durations, 99);
    return judged(
      measured,
      (judge) => judge.noFailures(measured).atMost("in force p99", p99, allowedP99Ms, " ms").atMost("off the split by", deviations, allowedDeviations, " σ"),
      [`${String(changes)} changes, in force p50 ${percentile(durations, 50).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; ${deviations.toFixed(1)} σ off`],
    );
  },
};
