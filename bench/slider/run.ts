import { failures, percentile } from "../../playwright/fixtures/scorer";
import { printTable } from "../table";
import { withProduct } from "../with-product";

/**
 * How long a split takes from *Apply* (commit of the wish) to the last gateway's acknowledgement, with ten endpoints in the routing revision:
 * `--changes 300` of them, first without and then under load of `--rate 50` requests a second. Fails when a request fails or p99 passes 300 ms.
 */
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const [changes, rate, endpoints, allowedP99Ms] = [option("changes", 300), option("rate", 50), option("endpoints", 10), 300];

await withProduct(async (world) => {
  const { api } = world;
  const endpoint = await world.serve("bench", { blue: 50, green: 50 }, { concurrency: 16 });
  for (let other = 1; other < endpoints; other += 1) await world.endpoint("bench-other");
  const scorer = await world.scorer(endpoint);
  const rows: string[][] = [];
  for (const perSecond of [0, rate]) {
    const load = scorer.startLoad(perSecond);
    const durations: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      const green = 1 + ((change * 37) % 99);
      const { receipt } = await api.setTraffic(endpoint, { blue: 100 - green, green });
      durations.push(receipt.state === "applied" ? (receipt.durationMs ?? Infinity) : Infinity);
    }
    const answers = await load.stop();
    const failed = failures(answers);
    const at = (rank: number) => `${percentile(durations, rank).toFixed(0)} ms`;
    rows.push([`${String(perSecond)}/s`, String(changes), at(50), at(90), at(99), at(100), `${String(failed.length)} of ${String(answers.length)}`]);
    if (failed.length > 0 || percentile(durations, 99) > allowedP99Ms) process.exitCode = 1;
  }
  console.log(`Apply to last acknowledgement, ${String(endpoints)} endpoints (allowed: p99 ${String(allowedP99Ms)} ms, no failed request)`);
  printTable(["load", "changes", "p50", "p90", "p99", "max", "failed"], rows);
});
