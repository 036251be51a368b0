import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measure, type Sample } from "./measure";
import { startModel, startProxies, type Target, type Tools } from "./proxies";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "3" } },
});
const tools = JSON.parse(positionals[0] ?? "{}") as Tools;
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
/** Callers at once: enough to keep a proxy's core busy, and few enough to see what a single request waits. */
const [busy, calm] = [32, 2];
/** The full gateway may take this many times the CPU of the same HAProxy bare; more is a regression of the template. */
const allowedCpuRatio = 6;

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const fixed = (number: number, digits: number): string => (Number.isFinite(number) ? number.toFixed(digits) : "-");

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const model = await startModel(tools, folder);
const targets: Target[] = [{ ...model, pids: () => Promise.resolve([]) }, ...(await startProxies(tools, folder, model.port))];
const samples = new Map(targets.map((target) => [target.name, { busy: [] as Sample[], calm: [] as Sample[] }]));

// In turn and not one after the other, so that a busy moment of the machine falls on all.
for (let round = 0; round < rounds; round += 1) {
  for (const target of targets) {
    samples.get(target.name)?.busy.push(await measure(tools.wrk, folder, target, busy, seconds));
    samples.get(target.name)?.calm.push(await measure(tools.wrk, folder, target, calm, seconds));
  }
}
for (const target of targets) await target.stop();
rmSync(folder, { recursive: true, force: true });

const middle = (name: string, load: "busy" | "calm", field: keyof Sample): number => median((samples.get(name)?.[load] ?? []).map((sample) => sample[field]));
const bare = middle("HAProxy bare", "busy", "cpuMicros");
const rows = targets.map(({ name }) => {
  const cpu = middle(name, "busy", "cpuMicros");
  const [p50, p99] = [middle(name, "calm", "p50Ms"), middle(name, "calm", "p99Ms")];
  const [direct50, direct99] = [middle("direct", "calm", "p50Ms"), middle("direct", "calm", "p99Ms")];
  const all = [...(samples.get(name)?.busy ?? []), ...(samples.get(name)?.calm ?? [])];
  const failures = all.reduce((total, sample) => total + sample.failures, 0);
  return {
    cells: [
      name,
      fixed(cpu, 0),
      fixed(cpu / bare, 2),
      fixed(middle(name, "busy", "requestsPerSecond"), 0),
      fixed(p50 - direct50, 2),
      fixed(p99 - direct99, 2),
      String(failures),
    ],
    failures,
  };
});
const head = ["", "CPU µs/request", "vs HAProxy bare", "requests/s", "added p50 ms", "added p99 ms", "failed"];
const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)));
for (const cells of [head, ...rows.map((row) => row.cells)]) console.log(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
console.log(
  `medians of ${String(rounds)} rounds of ${String(seconds)} s; CPU and requests/s with ${String(busy)} callers, latency with ${String(calm)}; ratios count, absolutes depend on the machine`,
);

const ratio = middle("Sluice gateway", "busy", "cpuMicros") / bare;
const wrong = rows.some(({ failures }) => failures > 0) || !(ratio <= allowedCpuRatio);
if (wrong)
  console.error(`allowance passed: failures must be 0 and the gateway's CPU at most ${String(allowedCpuRatio)} times bare HAProxy's (is ${fixed(ratio, 2)})`);
process.exit(wrong ? 1 : 0);
