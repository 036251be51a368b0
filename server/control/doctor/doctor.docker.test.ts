import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { DoctorCheckName } from "#server/domain/doctor/types";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import { buildDoctorRun, deploymentSpec } from "#server/testing/builders";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";

const search = await findTestEngine();
const probe = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 60 };
const scoring = "def run(data):\n    return [1]\n";
const checkOf = (row: DoctorRunRow, name: DoctorCheckName) => row.checks.find((check) => check.name === name);

describe.skipIf(search.engine === null)("the doctor on a real engine", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    if (search.engine !== null) world = await EngineWorld.open(search.engine);
  });
  afterAll(() => world.close());

  async function examine(script: string, over: Partial<DeploymentSpec> = {}): Promise<DoctorRunRow> {
    const spec = deploymentSpec({
      environmentVersionId: (await world.environment({ image: search.engine?.images.inference ?? "" })).id,
      codeConfiguration: { codeId: await world.code({ "score.py": script }), scoringScript: "score.py" },
      instanceType: "sluice.micro",
      livenessProbe: probe,
      readinessProbe: probe,
      ...over,
    });
    const run = await buildDoctorRun(world.store, world.workspaceId, spec, {
      createdAt: Date.now(),
      sample: { source: "given", contentType: "application/json", body: '{"data":[1]}' },
    });
    const ended = await world.until(
      "the report",
      async () => {
        const row = await world.store.doctorRuns.findById(run.id);
        return row?.phase === "ended" ? row : null;
      },
      200_000,
    );
    const owned = await world.driver.listOwned();
    expect([owned.instances, owned.volumes, owned.networks]).toEqual([[], [], []]);
    return ended;
  }

  it("measures a good model, and finds nothing to mend", { timeout: 240_000 }, async () => {
    const report = await examine(`def init():\n    print("loaded")\n${scoring}`);
    expect(report.checks.map(({ name, verdict, message }) => [name, verdict, verdict === "passed" ? "" : message])).toEqual([
      ["image", "passed", ""],
      ["storage", "passed", ""],
      ["start", "passed", ""],
      ["memory", "passed", ""],
      ["response", "passed", ""],
      ["latency", "passed", ""],
      ["swagger", expect.any(String) as string, expect.any(String) as string],
      ["stop", "passed", ""],
    ]);
    expect(report.facts.image?.sizeBytes).toBeGreaterThan(10_000_000);
    expect(report.facts.memory?.peakBytes).toBeGreaterThan(10_000_000);
    expect(report.facts.calls?.answer).toBe("[1]");
    expect(report.lines.join("\n")).toContain("loaded");
  });

  it("names the package that a script imports and the environment lacks", { timeout: 240_000 }, async () => {
    const report = await examine(`import pandas\ndef init():\n    pass\n${scoring}`);
    expect(report.verdict).toBe("failed");
    expect(checkOf(report, "start")?.message).toBe("The module pandas is not installed at score.py:1.");
    expect(checkOf(report, "start")?.fix).toContain("Add a line to the environment's requirements: pandas");
    expect(checkOf(report, "start")?.lines.join("\n")).toContain("No module named 'pandas'");
  });

  it("says how much memory a model needs and which type has it", { timeout: 240_000 }, async () => {
    const hog = "def init():\n    global hog\n    hog = bytearray(700 * 1024 * 1024)\n    for i in range(0, len(hog), 4096):\n        hog[i] = 1\n";
    const report = await examine(hog + scoring);
    const need = Number(/^It needs (\d+) MiB; sluice\.micro has 512 MiB\.$/.exec(checkOf(report, "memory")?.message ?? "")?.[1]);
    expect(need).toBeGreaterThan(700);
    expect(need).toBeLessThan(1000);
    expect(checkOf(report, "memory")?.fix).toMatch(/^Choose sluice\.(small|medium) /);
    expect(checkOf(report, "response")?.verdict).toBe("passed");
  });

  it("tells how long a slow init() takes beside what the probes allow", { timeout: 240_000 }, async () => {
    const impatient = { ...probe, failureThreshold: 5 };
    const report = await examine(`import time\ndef init():\n    time.sleep(12)\n${scoring}`, { readinessProbe: impatient, livenessProbe: impatient });
    expect(checkOf(report, "start")?.verdict).toBe("failed");
    expect(checkOf(report, "start")?.message).toMatch(/^init\(\) and the server's start took \d+(\.\d)? s; the liveness probe gives up after 5 s/);
    expect(report.facts.start?.readyMs).toBeGreaterThan(12_000);
  });
});
