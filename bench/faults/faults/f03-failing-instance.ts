import { percentile } from "../../../playwright/fixtures/scorer";
import { judged, loadAt, measure, type Fault } from "../measure";
import { failedOf, isFailed, type LoadReport } from "../report";

/** Errors until it is out, at first and when it is tried again. */
const [errorsToEjection, errorsAgain] = [5, 2];
/** Those on their way while the agent reads of the last of them. */
const onTheirWay = 16;
const firstHoldMs = 3000;

const p99Of = (report: LoadReport, instance: string, from: number, to: number): number =>
  percentile(
    report.samples.filter((sample) => sample.instance === instance && !isFailed(sample) && sample.dueAt >= from && sample.dueAt < to).map(({ latencyMs }) => latencyMs),
    99,
  ); // prettier-ignore

export const failingInstance: Fault = {
  id: "F3",
  title: "one of two instances answers 500",
  allowed: "ejected after 5 errors, back after recovery; the other's p99 unchanged",
  async run(stage, span) {
    const [victim, other] = await stage.whole(stage.quick, 2);
    if (victim === undefined || other === undefined) throw new Error("there are not two instances");
    const [victimName, otherName] = await Promise.all([stage.answerName(victim), stage.answerName(other)]);
    let healedAt = 0;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      await stage.switch(victim, { status: 500 });
      await watch.hold(span.ms);
      await stage.calm(victim);
      healedAt = Date.now();
    });
    const quick = loadAt(measured, 0);
    const errors = failedOf(quick).filter(({ status }) => status === 424).map(({ dueAt, latencyMs }) => dueAt + latencyMs).toSorted((a, b) => a - b); // prettier-ignore
    const ejectedAt = errors[errorsToEjection - 1] ?? measured.injectedAt;
    const back = quick.samples.find((sample) => sample.instance === victimName && !isFailed(sample) && sample.dueAt >= healedAt);
    const p99 = [p99Of(quick, otherName, 0, measured.injectedAt), p99Of(quick, otherName, measured.injectedAt, healedAt)] as const;
    // It is tried again after 3 s, then 6 s later, then 12 s later and so on.
    const trials = Math.floor(Math.log2(span.ms / firstHoldMs + 1));
    const allowedErrors = errorsToEjection + onTheirWay + trials * (errorsAgain + onTheirWay);
    return {
      ...judged(
        measured,
        (judge) =>
          judge
            .failures(quick, allowedErrors)
            .failures(loadAt(measured, 1), 0)
            .that(back !== undefined, "it never served again")
            .atMost("the other's p99", p99[1], p99[0] * 1.5 + 20, " ms"),
        [
          `${String(errors.length)} errors, at most ${String(trials)} trials while it was broken`,
          `the other's p99 ${p99[0].toFixed(0)} ms before, ${p99[1].toFixed(0)} ms during`,
        ],
      ),
      detectMs: errors.length < errorsToEjection ? null : ejectedAt - measured.injectedAt,
      recoverMs: back === undefined ? null : back.dueAt - healedAt,
    };
  },
};
