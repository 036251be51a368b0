import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { otherCore, type Target } from "./proxies";

export interface Sample {
  readonly requestsPerSecond: number;
  /** Microseconds of the proxy's CPU time per request; NaN for the model itself. */
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** A new connection for every request. */
  readonly fresh?: boolean;
  /** Requests a second over all connections; without it callers never pause. */
  readonly perSecond?: number;
}

/** Callers that pause do so for a time drawn evenly between nothing and twice the mean, so that they do not march in step. */
function scriptOf({ paths = [] }: Target, { connections, fresh = false, perSecond }: Load): string {
  const pause = perSecond === undefined ? null : Math.round((2000 * connections) / perSecond);
  return `
wrk.method = "POST"
wrk.body = '{"data":[[1,2,3]]}'
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer key-1"
${fresh ? 'wrk.headers["connection"] = "close"' : ""}
${pause === null ? "" : `delay = function() return math.random(0, ${String(pause)}) end`}
local paths = {${paths.map((path) => `"${path}"`).join(",")}}
local turn = 0
if #paths > 1 then
  request = function()
    turn = turn % #paths + 1
    return wrk.format(nil, paths[turn])
  end
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}

/** Nanoseconds on a core of all threads of the processes, as the kernel's scheduler counts them. */
function cpuNanos(pids: readonly number[]): number {
  let total = 0;
  for (const pid of pids) {
    for (const task of readdirSync(`/proc/${String(pid)}/task`))
      total += Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return total;
}

/** Calls one target under a load. */
export async function measure(wrk: string, folder: string, target: Target, load: Load): Promise<Sample> {
  const file = join(folder, "post.lua");
  writeFileSync(file, scriptOf(target, load));
  const pids = await target.pids();
  const before = cpuNanos(pids);
  const args = ["-t1", `-c${String(load.connections)}`, `-d${String(load.seconds)}s`, "-s", file, target.url];
  const child = spawn("taskset", ["-c", otherCore, wrk, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  const [requests = 0, micros = 0, p50 = 0, p99 = 0, failures = 0] = (/RESULT (.*)/.exec(output)?.[1] ?? "").split(" ").map(Number);
  const cpu = pids.length === 0 ? Number.NaN : (cpuNanos(pids) - before) / 1000 / requests;
  return { requestsPerSecond: (requests / micros) * 1e6, cpuMicros: cpu, p50Ms: p50 / 1000, p99Ms: p99 / 1000, failures };
}

const middleOf = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** The median of each figure, and all failures. */
export function medianOf(samples: readonly Sample[]): Sample {
  const of = (field: keyof Sample): number => middleOf(samples.map((sample) => sample[field]));
  return {
    requestsPerSecond: of("requestsPerSecond"),
    cpuMicros: of("cpuMicros"),
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    failures: samples.reduce((total, { failures }) => total + failures, 0),
  };
}
