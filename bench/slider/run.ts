import { failures, percentile } from "../../playwright/fixtures/scorer";
import type { Scorer } from "../../playwright/fixtures/scorer";
import type { World } from "../../playwright/fixtures/world";
import { printTable } from "../table";
import { withProduct } from "../with-product";

/**
 * How long a split takes from *Apply* (commit of the wish) to the last gateway's acknowledgement: `--changes 500` of them without load and as many under
 * `--rate 50` requests a second, with ten and with a thousand endpoints in the routing revision. Fails when a request or a change fails, or p99 is over its goal.
 */
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const [changes, rate] = [option("changes", 500), option("rate", 50)];
const goals = [
  { endpoints: 10, p99Ms: 100 },
  { endpoints: 1000, p99Ms: 300 },
];
const most = option("endpoints", 1000);

async function measure(world: World, endpoint: string, scorer: Scorer, perSecond: number) {
  const load = scorer.startLoad(perSecond);
  const durations: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const green = 1 + ((change * 37) % 99);
    const { receipt } = await world.api.setTraffic(endpoint, { blue: 100 - green, green });
    durations.push(receipt.state === "applied" ? (receipt.durationMs ?? Infinity) : Infinity);
  }
  const answers = await load.stop();
  return { durations, answered: answers.length, failed: failures(answers).length };
}

await withProduct(async (world) => {
  const endpoint = await world.serve("bench", { blue: 50, green: 50 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const rows: string[][] = [];
  let present = 1;
  for (const goal of goals.filter(({ endpoints }) => endpoints <= most)) {
    for (; present < goal.endpoints; present += 1) await world.endpoint("bench-other");
    for (const perSecond of [0, rate]) {
      const { durations, answered, failed } = await measure(world, endpoint, scorer, perSecond);
      const at = (rank: number) => `${percentile(durations, rank).toFixed(0)} ms`;
      const met = failed === 0 && percentile(durations, 99) <= goal.p99Ms;
      const shown = [at(50), at(90), at(99), at(100), `${String(goal.p99Ms)} ms`, `${String(failed)} of ${String(answered)}`, met ? "met" : "not met"];
      rows.push([String(goal.endpoints), `${String(perSecond)}/s`, String(changes), ...shown]);
      if (!met) process.exitCode = 1;
    }
  }
  console.log("Apply to last acknowledgement");
  printTable(["endpoints", "load", "changes", "p50", "p90", "p99", "max", "goal for p99", "failed", ""], rows);
});
