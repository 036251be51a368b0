import { describe, expect, it } from "vitest";
import { defaultInstanceTypes } from "../host/instance-types";
import { judgeChecks, verdictOf } from "./judge";
import { noFacts, type DoctorCheck, type DoctorCheckName, type DoctorFacts, type DoctorLimits } from "./types";
import { mibBytes } from "./words";

const probe = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };
const micro = defaultInstanceTypes.find((type) => type.name === "sluice.micro") ?? defaultInstanceTypes[0];
if (micro === undefined) throw new Error("no instance type");
const limits: DoctorLimits = { instanceType: micro, instanceTypes: defaultInstanceTypes, liveness: probe, readiness: probe, requestTimeoutMs: 5000 };

const call = (ms: number, status: number | null = 200) => ({ ms, status });
const good: DoctorFacts = {
  image: { reference: "example:1", sizeBytes: 300 * mibBytes, ms: 12_000, wasThere: false },
  storage: { bytes: 5 * mibBytes, ms: 800 },
  start: { ms: 400, liveMs: 1500, readyMs: 2000 },
  memory: { limitMib: 512, peakBytes: 200 * mibBytes, steadyBytes: 150 * mibBytes, exceededMib: null },
  sample: "given",
  calls: { first: call(80), steady: Array.from({ length: 20 }, (_, index) => call(10 + index)), answer: "[1]" },
  swagger: { status: 200, version: "Swagger 2.0", problem: null },
  stop: { ms: 900, graceMs: 10_000, exitCode: 0 },
  failure: null,
};
const checksOf = (over: Partial<DoctorFacts>, isOver = true, limit: Partial<DoctorLimits> = {}): ReadonlyMap<DoctorCheckName, DoctorCheck> =>
  new Map(judgeChecks({ ...good, ...over }, { ...limits, ...limit }, isOver).map((check) => [check.name, check]));

describe("the doctor's checks", () => {
  it("pass with their numbers", () => {
    const checks = judgeChecks(good, limits, true);
    expect(checks.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => "passed"));
    expect(verdictOf(checks)).toBe("passed");
    expect(checks.find(({ name }) => name === "latency")).toMatchObject({
      message: "The first answer took 80 ms, later ones 19 ms (p50) and 28 ms (p95).",
      measurements: [
        { name: "first", value: 80, unit: "ms" },
        { name: "p50", value: 19, unit: "ms" },
        { name: "p95", value: 28, unit: "ms" },
        { name: "limit", value: 5000, unit: "ms" },
      ],
    });
  });

  it("are not known before anything was seen, and skipped when the run is over without", () => {
    const open = judgeChecks(noFacts, limits, false);
    expect(open.every(({ verdict }) => verdict === null)).toBe(true);
    expect(verdictOf(open)).toBeNull();
    expect(verdictOf(judgeChecks(noFacts, limits, true))).toBe("skipped");
  });

  it("name the memory that is needed, and the cheapest type that has it", () => {
    const memory = { limitMib: 4096, peakBytes: 900 * mibBytes, steadyBytes: 700 * mibBytes, exceededMib: 512 };
    const check = checksOf({ memory }).get("memory");
    expect(check).toMatchObject({
      verdict: "failed",
      message: "It needs 900 MiB; sluice.micro has 512 MiB.",
      fix: "Choose sluice.medium (2048 MiB), or use fewer workers (WORKER_COUNT).",
    });
    const failure = { at: "start" as const, reason: "OutOfMemory", message: "It needed more.", hint: "More.", lines: [] };
    expect(checksOf({ memory, failure, calls: null }).get("memory")?.message).toBe("It needs more than 4096 MiB; sluice.micro has 512 MiB.");
    expect(checksOf({ memory: { ...memory, exceededMib: null, limitMib: 1000 } }).get("memory")?.verdict).toBe("warning");
    expect(checksOf({ memory: { ...memory, peakBytes: 900_000 * mibBytes } }).get("memory")?.fix).toContain("No instance type has enough memory");
  });

  it("hold a slow start against what the probes allow", () => {
    const slow = checksOf({ start: { ms: 400, liveMs: 41_000, readyMs: 41_000 } }).get("start");
    expect(slow).toMatchObject({ verdict: "failed", fix: "Raise the liveness probe's failure threshold from 30 to 62, or load less in init()." });
    expect(slow?.message).toBe("init() and the server's start took 41 s; the liveness probe gives up after 30 s and would end the container before.");
    const unready = checksOf({ start: { ms: 400, liveMs: 500, readyMs: 41_000 } }).get("start");
    expect(unready?.message).toBe("init() and the server's start took 41 s; the readiness probe gives up after 30 s.");
    expect(checksOf({ start: { ms: 400, liveMs: 500, readyMs: 25_000 } }).get("start")?.verdict).toBe("warning");
  });

  it("tell why a phase failed, and skip what came after", () => {
    const failure = {
      at: "start" as const,
      reason: "ScriptImportError",
      message: "The module pandas is not installed.",
      hint: "Add a line: pandas.",
      lines: ["x"],
    };
    const checks = judgeChecks({ ...noFacts, image: good.image, storage: good.storage, failure }, limits, true);
    expect(checks.map(({ verdict }) => verdict)).toEqual(["passed", "passed", "failed", "skipped", "skipped", "skipped", "skipped", "skipped"]);
    expect(checks[2]).toMatchObject({ message: failure.message, fix: failure.hint, lines: ["x"] });
    expect(verdictOf(checks)).toBe("failed");
    for (const at of ["image", "storage", "response"] as const) expect(checksOf({ failure: { ...failure, at } }).get(at)?.verdict).toBe("failed");
  });

  it("judge answers by who wrote the payload", () => {
    const calls = { first: call(5, 400), steady: [call(5, 400)], answer: "bad input" };
    expect(checksOf({ calls }).get("response")).toMatchObject({ verdict: "failed", message: "The sample request was answered 400.", lines: ["bad input"] });
    expect(checksOf({ calls, sample: "generated" }).get("response")?.verdict).toBe("warning");
    const broken = { ...calls, first: call(5, 500), steady: [] };
    expect(checksOf({ calls: broken, sample: "generated" }).get("response")?.verdict).toBe("failed");
    expect(checksOf({ calls: broken, sample: "swagger" }).get("response")?.verdict).toBe("warning");
    expect(checksOf({ calls }).get("latency")?.verdict).toBe("skipped");
    expect(checksOf({ calls: { ...calls, first: call(5, null), steady: [] } }).get("response")?.message).toBe("The sample request was not answered.");
    expect(checksOf({ calls: null, sample: null }).get("response")).toMatchObject({
      verdict: "skipped",
      message: "Nothing was sent: there is no sample payload.",
    });
  });

  it("hold latency against the request time-out", () => {
    const slow = (ms: number) => ({ first: call(ms), steady: [call(ms)], answer: "" });
    expect(checksOf({ calls: slow(6000) }).get("latency")).toMatchObject({ verdict: "failed", fix: expect.stringContaining("9000 ms") as string });
    expect(checksOf({ calls: slow(3000) }).get("latency")?.verdict).toBe("warning");
    expect(checksOf({ calls: { ...slow(10), first: call(6000) } }).get("latency")?.fix).toContain("Let init() score once");
  });

  it("warn of ends that are not clean, of large images and of a wrong description", () => {
    expect(checksOf({ stop: { ms: 10_100, graceMs: 10_000, exitCode: 137 } }).get("stop")?.message).toContain("did not end within 10 s");
    expect(checksOf({ stop: { ms: 100, graceMs: 10_000, exitCode: 1 } }).get("stop")?.verdict).toBe("warning");
    expect(checksOf({ stop: { ms: 100, graceMs: 10_000, exitCode: 143 } }).get("stop")?.verdict).toBe("passed");
    expect(checksOf({ image: { reference: "x", sizeBytes: 6 * 1024 ** 3, ms: 0, wasThere: true } }).get("image")?.verdict).toBe("warning");
    expect(checksOf({ swagger: { status: 200, version: null, problem: "it is not JSON." } }).get("swagger")?.verdict).toBe("warning");
    expect(checksOf({ swagger: { status: 404, version: null, problem: null } }).get("swagger")?.verdict).toBe("skipped");
  });
});
