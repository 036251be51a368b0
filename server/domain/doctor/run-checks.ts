import type { InstanceType } from "../host/types";
import { percentile } from "../percentile";
import type { DoctorCheck, DoctorFacts, DoctorLimits, Measurement, ScoringCall } from "./types";
import { check, mib, mibBytes, seconds } from "./words";

/** Kept free above the measured peak when a type is proposed: real requests may be larger than the sample. */
const headroom = 1.15;
/** Of an instance type's memory, more than this share is too near to its end. */
const tightShare = 0.85;
const tightLatencyShare = 0.5;

/** The cheapest type that holds the peak, among those with at least the cores and GPUs of the chosen one. */
function proposal(peakBytes: number, { instanceType, instanceTypes }: DoctorLimits): InstanceType | null {
  const fitting = instanceTypes.filter(
    (type) => type.memoryMib * mibBytes >= peakBytes * headroom && type.cpuCores >= instanceType.cpuCores && type.gpuCount >= instanceType.gpuCount,
  );
  return [...fitting].sort((a, b) => a.pricePerHour - b.pricePerHour || a.memoryMib - b.memoryMib)[0] ?? null;
}

function memoryFix(peakBytes: number, limits: DoctorLimits): string {
  const type = proposal(peakBytes, limits);
  return type === null
    ? "No instance type has enough memory: use fewer workers (WORKER_COUNT) or a smaller model."
    : `Choose ${type.name} (${String(type.memoryMib)} MiB), or use fewer workers (WORKER_COUNT).`;
}

export function memoryCheck({ memory, start, failure }: DoctorFacts, limits: DoctorLimits): DoctorCheck | null {
  if (memory === null) return null;
  const { name, memoryMib } = limits.instanceType;
  const measurements: Measurement[] = [
    { name: "peak", value: memory.peakBytes, unit: "bytes" },
    ...(memory.steadyBytes === null ? [] : [{ name: "steady", value: memory.steadyBytes, unit: "bytes" as const }]),
    { name: "limit", value: Math.min(memoryMib, memory.exceededMib ?? memory.limitMib) * mibBytes, unit: "bytes" },
  ];
  if (memory.exceededMib !== null) {
    // With more memory it came through, so its need is known; else only that it is more than that as well.
    const known = failure === null && memory.limitMib > memory.exceededMib && start?.readyMs != null;
    const atLeast = Math.max(memory.peakBytes, memory.exceededMib * mibBytes);
    const need = known ? `needs ${mib(atLeast)}` : `needs more than ${String(memory.limitMib)} MiB`;
    const peak = known ? atLeast : (memory.limitMib + 1) * mibBytes;
    return check("memory", "failed", `It ${need}; ${name} has ${String(memory.exceededMib)} MiB.`, { measurements, fix: memoryFix(peak, limits) });
  }
  if (memory.steadyBytes === null) return null;
  if (memory.peakBytes > memory.limitMib * mibBytes * tightShare)
    return check(
      "memory",
      "warning",
      `At its peak it used ${mib(memory.peakBytes)} of ${String(memory.limitMib)} MiB, which leaves little for larger requests.`,
      {
        measurements,
        fix: memoryFix(memory.peakBytes, limits),
      },
    );
  return check(
    "memory",
    "passed",
    `At its peak it used ${mib(memory.peakBytes)} of ${String(memory.limitMib)} MiB, and ${mib(memory.steadyBytes)} in the end.`,
    {
      measurements,
    },
  );
}

const isGood = (call: ScoringCall): boolean => call.status !== null && call.status >= 200 && call.status < 300;
const noSample = "Give a sample payload, put a sample-request.json into the code folder, or decorate run() with its input's schema.";

export function responseCheck({ calls, sample, failure, swagger }: DoctorFacts): DoctorCheck | null {
  if (failure?.at === "response") return check("response", "failed", failure.message, { fix: failure.hint, lines: failure.lines });
  if (calls === null) {
    // The swagger is the last place where a sample may come from.
    if (swagger === null || sample !== null) return null;
    return check("response", "skipped", "Nothing was sent: there is no sample payload.", { fix: noSample });
  }
  const all = [calls.first, ...calls.steady];
  const bad = all.find((call) => !isGood(call));
  const measurements: Measurement[] = [
    { name: "sent", value: all.length, unit: "count" },
    { name: "answered", value: all.filter(isGood).length, unit: "count" },
  ];
  const lines = calls.answer === "" ? [] : [calls.answer];
  if (bad === undefined) return check("response", "passed", `All ${String(all.length)} sample requests were answered.`, { measurements, lines });
  const what = bad.status === null ? "was not answered" : `was answered ${String(bad.status)}`;
  // A payload that nobody here wrote may simply not be what the script expects. The server's own swagger of a script without decorators says nothing of
  // its input at all, and such a script fails on it as on any surprise: with 500.
  const { status } = bad;
  const guessed = status !== null && status >= 400 && (sample === "swagger" || (sample !== "given" && status < 500));
  return check("response", guessed ? "warning" : "failed", `The sample request ${what}.`, {
    measurements,
    lines,
    fix: guessed
      ? "Give a payload of your own, or put a sample-request.json into the code folder, if this one is not what the model takes."
      : "Read the answer and the log; run() must take this payload.",
  });
}

export function latencyCheck({ calls, swagger, sample }: DoctorFacts, { requestTimeoutMs }: DoctorLimits): DoctorCheck | null {
  if (calls === null) return swagger === null || sample !== null ? null : check("latency", "skipped", "Nothing was sent, so nothing was timed.");
  const steady = calls.steady.filter(isGood).map((call) => call.ms);
  if (!isGood(calls.first) || steady.length === 0) return check("latency", "skipped", "No request was answered, so nothing was timed.");
  const [p50, p95] = [percentile(steady, 0.5), percentile(steady, 0.95)];
  const measurements: Measurement[] = [
    { name: "first", value: calls.first.ms, unit: "ms" },
    { name: "p50", value: p50, unit: "ms" },
    { name: "p95", value: p95, unit: "ms" },
    { name: "limit", value: requestTimeoutMs, unit: "ms" },
  ];
  const told = `The first answer took ${seconds(calls.first.ms)}, later ones ${seconds(p50)} (p50) and ${seconds(p95)} (p95)`;
  if (p95 > requestTimeoutMs)
    return check("latency", "failed", `${told}; requests are cut off after ${seconds(requestTimeoutMs)}.`, {
      measurements,
      fix: `Raise the request time-out to ${String(Math.ceil((p95 * 1.5) / 1000) * 1000)} ms, or choose an instance type with more cores.`,
    });
  if (calls.first.ms > requestTimeoutMs)
    return check("latency", "warning", `${told}; the first one alone is over the request time-out of ${seconds(requestTimeoutMs)}.`, {
      measurements,
      fix: "Let init() score once, so that nobody's request pays for the first.",
    });
  if (p95 > requestTimeoutMs * tightLatencyShare)
    return check("latency", "warning", `${told}, which is near to the request time-out of ${seconds(requestTimeoutMs)}.`, {
      measurements,
      fix: "Raise the request time-out, or choose an instance type with more cores.",
    });
  return check("latency", "passed", `${told}.`, { measurements });
}
