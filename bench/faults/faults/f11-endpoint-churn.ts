import { judged, measure, type Fault } from "../measure";

const width = 2;
const callsEach = 20;

export const endpointChurn: Fault = {
  id: "F11",
  title: "endpoints come and go",
  allowed: "0 failed on others; no 5xx of a new one after it is ready",
  async run(stage, span) {
    const { world } = stage;
    const count = span.full ? 200 : 10;
    let made = 0;
    let wrong = 0;
    const one = async (): Promise<void> => {
      const endpoint = await stage.serve("churn", { delayMs: 5 });
      const scorer = await world.scorer(endpoint);
      const answers = await scorer.many(callsEach, 4);
      wrong += answers.filter(({ status }) => status !== 200).length;
      scorer.close();
      await world.remove(endpoint);
    };
    const worker = async (): Promise<void> => {
      while (made < count) {
        made += 1;
        await one();
      }
    };
    const measured = await measure(stage, stage.standing(), span, async () => {
      await Promise.all(Array.from({ length: width }, worker));
    });
    const seconds = (measured.healedAt - measured.injectedAt) / 1000;
    return judged(measured, (judge) => judge.noFailures(measured).atMost("answers of new endpoints that were not 200:", wrong, 0), [
      `${String(count)} endpoints made, called ${String(count * callsEach)} times and deleted in ${seconds.toFixed(0)} s`,
    ]);
  },
};
