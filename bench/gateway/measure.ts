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

const script = `
wrk.method = "POST"
wrk.body = '{"data":[[1,2,3]]}'
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer key-1"
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Nanoseconds on a core of all threads of the processes, as the kernel's scheduler counts them. */
function cpuNanos(pids: readonly number[]): number {
  let total = 0;
  for (const pid of pids) {
    for (const task of readdirSync(`/proc/${String(pid)}/task`))
      total += Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return total;
}

/** Calls one target without pause over `connections` kept connections for `seconds`. */
export async function measure(wrk: string, folder: string, target: Target, connections: number, seconds: number): Promise<Sample> {
  const file = join(folder, "post.lua");
  writeFileSync(file, script);
  const pids = await target.pids();
  const before = cpuNanos(pids);
  const child = spawn("taskset", ["-c", otherCore, wrk, "-t1", `-c${String(connections)}`, `-d${String(seconds)}s`, "-s", file, target.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  const [requests = 0, micros = 0, p50 = 0, p99 = 0, failures = 0] = (/RESULT (.*)/.exec(output)?.[1] ?? "").split(" ").map(Number);
  const cpu = pids.length === 0 ? Number.NaN : (cpuNanos(pids) - before) / 1000 / requests;
  return { requestsPerSecond: (requests / micros) * 1e6, cpuMicros: cpu, p50Ms: p50 / 1000, p99Ms: p99 / 1000, failures };
}
