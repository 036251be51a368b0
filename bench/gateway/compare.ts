import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printTable } from "../table";
import { envoyWithFeatures } from "./envoy";
import { fullGateway } from "./gateway";
import { goalRow, isMet, type Goal } from "./goals";
import { measure, medianOf, type Load, type Sample } from "./measure";
import { haproxyBare, nginxBare, startModel, type Target, type Tools, type Upstream } from "./proxies";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "2" }, rounds: { type: "string", default: "3" }, endpoints: { type: "string", default: "1000" } },
});
const tools = JSON.parse(positionals[0] ?? "{}") as Tools;
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
/** Callers at once: enough to keep a proxy's core busy. */
const busy = 32;
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const goals: Goal[] = [];
let failures = 0;

const fixed = (number: number, digits = 2): string => (Number.isFinite(number) ? number.toFixed(digits) : "-");

/** In turn and not one after the other, so that a busy moment of the machine falls on all. */
async function inTurn<T extends string>(targets: Readonly<Record<T, Target>>, load: Omit<Load, "seconds" | "connections">): Promise<Record<T, Sample>> {
  const names = Object.keys(targets) as T[];
  const samples = new Map(names.map((name) => [name, [] as Sample[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples.get(name)?.push(await measure(tools.wrk, folder, targets[name], { connections: busy, seconds, ...load }));
  }
  const medians = names.map((name): [T, Sample] => [name, medianOf(samples.get(name) ?? [])]);
  failures += medians.reduce((total, [, sample]) => total + sample.failures, 0);
  return Object.fromEntries(medians) as Record<T, Sample>;
}

async function sideBySide(upstream: Upstream, fresh: boolean, targets: Readonly<Record<"direct" | "nginx" | "bare" | "sluice" | "envoy", Target>>) {
  const { direct: _, ...proxies } = targets;
  const found = await inTurn(proxies, { fresh });
  console.log(`\nModel ${upstream} connections, callers ${fresh ? "make a new one for every request" : "keep theirs"}`);
  printTable(
    ["", "CPU µs/request", "vs HAProxy bare", "vs Envoy", "requests/s", "failed"],
    (Object.keys(found) as (keyof typeof found)[]).map((key) => {
      const { cpuMicros, requestsPerSecond, failures: failed } = found[key];
      const [bare, envoy] = [cpuMicros / found.bare.cpuMicros, cpuMicros / found.envoy.cpuMicros];
      return [proxies[key].name, fixed(cpuMicros, 0), fixed(bare), fixed(envoy), fixed(requestsPerSecond, 0), String(failed)];
    }),
  );
  const where = `model ${upstream}, callers ${fresh ? "new" : "keep"}`;
  goals.push(
    { what: `CPU vs HAProxy bare: ${where}`, value: found.sluice.cpuMicros / found.bare.cpuMicros, wanted: "at most", limit: 2 },
    { what: `CPU vs Envoy: ${where}`, value: found.sluice.cpuMicros / found.envoy.cpuMicros, wanted: "at most", limit: 0.6 },
  );
  if (fresh) return;
  goals.push({
    what: `requests/s on one core vs HAProxy bare (10,000 of 20,000): ${where}`,
    value: found.sluice.requestsPerSecond / found.bare.requestsPerSecond,
    wanted: "at least",
    limit: 0.5,
  });
  await atHalfLoad(upstream, found.sluice.requestsPerSecond / 2, { direct: targets.direct, bare: targets.bare, sluice: targets.sluice, envoy: targets.envoy });
}

async function atHalfLoad(upstream: Upstream, perSecond: number, targets: Readonly<Record<"direct" | "bare" | "sluice" | "envoy", Target>>) {
  const found = await inTurn(targets, { perSecond });
  console.log(`\nHalf of the gateway's load, model ${upstream} connections`);
  printTable(
    ["", "requests/s", "p50 ms", "p99 ms", "added p50 ms", "added p99 ms"],
    (Object.keys(found) as (keyof typeof found)[]).map((key) => {
      const { requestsPerSecond, p50Ms, p99Ms } = found[key];
      return [targets[key].name, fixed(requestsPerSecond, 0), fixed(p50Ms), fixed(p99Ms), fixed(p50Ms - found.direct.p50Ms), fixed(p99Ms - found.direct.p99Ms)];
    }),
  );
  const [p50, p99] = [found.sluice.p50Ms - found.direct.p50Ms, found.sluice.p99Ms - found.direct.p99Ms];
  goals.push(
    { what: `added p50 at half load: model ${upstream}`, value: p50, wanted: "at most", limit: 0.5, unit: "ms" },
    { what: `added p99 at half load: model ${upstream}`, value: p99, wanted: "at most", limit: 2, unit: "ms" },
  );
}

/** Everything beside the same proxies, once for models that keep connections and once for models that close them. */
async function withModel(upstream: Upstream): Promise<void> {
  const model = await startModel(tools, folder, upstream);
  const targets = {
    direct: { ...model, pids: () => Promise.resolve([]) },
    nginx: await nginxBare(tools, folder, model.port),
    bare: await haproxyBare(tools, folder, model.port),
    sluice: await fullGateway(model.port, 1, upstream === "keeps"),
    envoy: await envoyWithFeatures(tools.envoy, folder, model.port),
  };
  await sideBySide(upstream, false, targets);
  await sideBySide(upstream, true, targets);
  for (const target of Object.values(targets)) await target.stop();
}

/** What more endpoints cost, calls spread over all of them. */
async function manyEndpoints(most: number): Promise<void> {
  const model = await startModel(tools, folder, "keeps");
  const targets = { one: await fullGateway(model.port, 1), hundred: await fullGateway(model.port, 100), most: await fullGateway(model.port, most) };
  const found = await inTurn(targets, {});
  console.log("\nEndpoints of two deployments each, called in turn; the health checks of all instances count as well");
  printTable(
    ["", "CPU µs/request", "vs one endpoint", "requests/s"],
    (Object.keys(found) as (keyof typeof found)[]).map((key) => {
      const { cpuMicros, requestsPerSecond } = found[key];
      return [targets[key].name, fixed(cpuMicros, 0), fixed(cpuMicros / found.one.cpuMicros), fixed(requestsPerSecond, 0)];
    }),
  );
  goals.push({
    what: `CPU at ${most.toLocaleString("en-US")} endpoints vs at one`,
    value: found.most.cpuMicros / found.one.cpuMicros,
    wanted: "at most",
    limit: 1.1,
  });
  for (const target of [...Object.values(targets), model]) await target.stop();
}

const load = (): string => fixed(loadavg()[0] ?? Number.NaN, 1);
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${String(cpus().length)} cores, load ${load()} before`);
await withModel("keeps");
await withModel("closes");
if (Number(values.endpoints) > 1) await manyEndpoints(Number(values.endpoints));
rmSync(folder, { recursive: true, force: true });

console.log(
  `\nmedians of ${String(rounds)} rounds of ${String(seconds)} s with ${String(busy)} callers; load ${load()} after; ratios count, absolutes depend on the machine`,
);
printTable(["goal", "measured", "wanted", ""], [...goals.map(goalRow), ["failed requests", String(failures), "0", failures === 0 ? "met" : "NOT MET"]]);
process.exit(failures === 0 && goals.every(isMet) ? 0 : 1);
