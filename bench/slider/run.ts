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

const atOnce = 10;
const others: string[] = [];

/**
 * Makes endpoints without deployments until there are so many. A workspace has at most 100 by Azure's limits, and the gateways carry all of an
 * installation's: those that are made are kept in another workspace while more are made.
 */
async function fillTo(world: World, count: number): Promise<void> {
  const { engine } = world;
  const [{ home } = { home: "" }] = await engine.query<{ home: string }>("SELECT workspace_id AS home FROM endpoint WHERE deleted_at IS NULL LIMIT 1");
  while (others.length < count - 1) {
    await engine.query("UPDATE endpoint SET workspace_id = 'parked' WHERE name = ANY($1)", [others]);
    const wanted = Array.from({ length: Math.min(atOnce, count - 1 - others.length) });
    others.push(...(await Promise.all(wanted.map(() => world.endpoint("bench-other")))));
  }
  await engine.query("UPDATE endpoint SET workspace_id = $1 WHERE workspace_id = 'parked'", [home]);
}

async function empty(world: World): Promise<void> {
  while (others.length > 0) await Promise.all(others.splice(0, atOnce).map((name) => world.remove(name)));
}

async function measure(world: World, endpoint: string, scorer: Scorer, perSecond: number) {
  const load = scorer.startLoad(perSecond);
  const durations: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const green = 1 + ((change * 37) % 99);
    const { receipt } = await world.api.setTraffic(endpoint, { blue: 100 - green, green });
    durations.push(receipt.state === "applied" ? (receipt.durationMs ?? Infinity) : Infinity);
  }
  const answers = await load.stop();
  const failed = failures(answers);
  for (const text of failed.slice(0, 20)) console.log(text);
  return { durations, answered: answers.length, failed: failed.length };
}

await withProduct(async (world) => {
  const endpoint = await world.serve("bench", { blue: 50, green: 50 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint);
  const rows: string[][] = [];
  for (const goal of goals.filter(({ endpoints }) => endpoints <= most)) {
    await fillTo(world, goal.endpoints);
    for (const perSecond of [0, rate]) {
      const { durations, answered, failed } = await measure(world, endpoint, scorer, perSecond);
      const at = (rank: number) => `${percentile(durations, rank).toFixed(0)} ms`;
      const met = failed === 0 && percentile(durations, 99) <= goal.p99Ms;
      const shown = [at(50), at(90), at(99), at(100), `${String(goal.p99Ms)} ms`, `${String(failed)} of ${String(answered)}`, met ? "met" : "not met"];
      rows.push([String(goal.endpoints), `${String(perSecond)}/s`, String(changes), ...shown]);
      if (!met) process.exitCode = 1;
    }
  }
  await empty(world);
  console.log("Apply to last acknowledgement");
  printTable(["endpoints", "load", "changes", "p50", "p90", "p99", "max", "goal for p99", "failed", ""], rows);
});
