import { judged, measure, type Fault } from "../measure";

const mb = 1_000_000;
/** Of this product's gateways. */
const limitBytes = 32 * 1024 * 1024;
const sizes = [0.9 * mb, 1.1 * mb, 10 * mb, limitBytes - 1000, limitBytes + 1000, 100 * mb];

export const largeBodies: Fault = {
  id: "F26",
  title: "bodies at the limit and above",
  allowed: "413 when over, 200 below; others 0 failed",
  async run(stage, span) {
    const scorer = await stage.world.scorer(stage.quick);
    const outcomes: { readonly bytes: number; readonly status: number; readonly ms: number; readonly error: string | null }[] = [];
    const measured = await measure(stage, stage.standing(), span, async () => {
      for (const bytes of sizes) {
        const answer = await scorer.score({ body: { pad: "x".repeat(bytes - 10) }, timeoutMs: 60_000 });
        outcomes.push({ bytes, status: answer.status, ms: answer.latencyMs, error: answer.error });
      }
    });
    scorer.close();
    const wrong = outcomes.filter(({ bytes, status }) => status !== (bytes > limitBytes ? 413 : 200));
    return judged(measured, (judge) => judge.noFailures(measured).atMost("sizes answered wrongly:", wrong.length, 0), [
      outcomes
        .map(({ bytes, status, ms, error }) => `${(bytes / mb).toFixed(1)} MB ${String(status)}${error === null ? "" : ` (${error})`} ${ms.toFixed(0)} ms`)
        .join(", "),
    ]);
  },
};
