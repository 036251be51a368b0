import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sweepKey } from "#server/control/control-plane";
import { findCondition } from "#server/domain/condition";
import type { DoctorCheckName } from "#server/domain/doctor/types";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { trialIdentity } from "#server/domain/doctor/identity";
import { behaviourVariable, type SimBehaviourInput } from "#server/drivers/sim/behaviour";
import { createSimDriver } from "#server/drivers/sim/driver";
import { systemClock } from "#server/kernel/clock";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import { startCollectors } from "#server/telemetry/collect/collectors";
import { readLogs } from "#server/telemetry/logs/read-logs";
import { buildCode, buildEnvironmentVersion, buildModelVersion, deploymentSpec, environmentSpec } from "#server/testing/builders";
import { ControlWorld, SimulatedCrash } from "#server/testing/control-world";
import { silent } from "#server/testing/telemetry-world";

let world: ControlWorld;
beforeEach(async () => {
  world = await ControlWorld.open();
});
afterEach(async () => {
  await world.close();
});

const quick = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };

async function specOf(behaviour: SimBehaviourInput = {}, over: Partial<DeploymentSpec> = {}): Promise<DeploymentSpec> {
  const model = await buildModelVersion(world.store, world.workspaceId, { files: [world.file("model.pkl", "weights")] });
  const code = await buildCode(world.store, world.workspaceId, { files: [world.file("score.py", "def init(): ...")] });
  const environment = await buildEnvironmentVersion(world.store, world.workspaceId);
  return deploymentSpec({
    environmentVersionId: environment.id,
    modelVersionId: model.id,
    codeConfiguration: { codeId: code.id, scoringScript: "score.py" },
    environmentVariables: { [behaviourVariable]: JSON.stringify(behaviour) },
    livenessProbe: quick,
    readinessProbe: quick,
    instanceType: "sluice.micro",
    ...over,
  });
}

const read = async ({ id }: Pick<DoctorRunRow, "id">): Promise<DoctorRunRow> => {
  const row = await world.store.doctorRuns.findById(id);
  if (row === null) throw new Error("the run is gone");
  return row;
};

async function finished(run: Pick<DoctorRunRow, "id">): Promise<DoctorRunRow> {
  await world.until("the report", async () => (await read(run)).phase === "ended", 600_000);
  return read(run);
}

const checkOf = (row: DoctorRunRow, name: DoctorCheckName) => row.checks.find((check) => check.name === name);

const nothingLeft = (): void => {
  expect([world.sim.containers.size, world.sim.networks.size, world.sim.volumes.size]).toEqual([0, 0, 0]);
};

describe("the doctor", () => {
  it("tries a good spec alone and leaves nothing on the host, and nothing with gateways", async () => {
    const run = await world.trial(await specOf({ readyAfterMs: 3000 }));
    const report = await finished(run);
    expect(report).toMatchObject({ state: "Finished", verdict: "passed", slot: null, container: null });
    expect(report.checks.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => "passed"));
    expect(report.facts.start?.readyMs).toBeGreaterThanOrEqual(3000);
    expect(report.facts.calls?.steady).toHaveLength(20);
    expect(checkOf(report, "response")?.lines[0]).toContain('"deployment":"blue"');
    expect(report.lines.join("\n")).toContain("Listening for blue");
    nothingLeft();
    expect(await world.store.instances.listLive()).toEqual([]);
    expect((await world.store.routing.findNewest())?.document.endpoints ?? []).toEqual([]);
  });

  it("has its lines followed into a log of its own while it runs, which stays when the container is gone", async () => {
    const home = await mkdtemp(path.join(tmpdir(), "sluice-trial-"));
    const stop = new AbortController();
    const options = { driver: createSimDriver(world.sim), db: world.store.sql, home, clock: systemClock, log: silent, signal: stop.signal };
    const collectors = startCollectors({ ...options, discoverIntervalMs: 20 });
    try {
      const run = await world.trial(await specOf({ logs: ["loaded", "!a warning"], neverReady: true }));
      await world.until("the container", async () => (await read(run)).phase === "ready");
      const query = { deployments: [{ id: run.id, name: "blue" }], container: "inference-server" as const, instanceId: null, limit: 100 };
      const logged = async () => (await readLogs(home, query)).lines.map(({ text, stream }) => [stream, text]);
      const said = [
        ["stdout", "loaded"],
        ["stderr", "a warning"],
      ];
      await vi.waitFor(async () => expect(await logged()).toEqual(expect.arrayContaining(said)), { timeout: 10_000 });
      expect(await read(run)).toMatchObject({ phase: "ready", lines: [] });
      await world.store.doctorRuns.requestCancel(run.id);
      await world.store.changes.append("doctor_run", run.id);
      await finished(run);
      nothingLeft();
      expect(await logged()).toEqual(expect.arrayContaining(said));
    } finally {
      stop.abort();
      await collectors.done;
      await rm(home, { recursive: true });
    }
  });

  it("measures with more memory what the instance type lacks", async () => {
    const report = await finished(await world.trial(await specOf({ memoryMib: 900 })));
    expect(report.verdict).toBe("failed");
    expect(checkOf(report, "memory")).toMatchObject({
      verdict: "failed",
      message: "It needs 900 MiB; sluice.micro has 512 MiB.",
      fix: "Choose sluice.medium (2048 MiB), or use fewer workers (WORKER_COUNT).",
    });
    expect(checkOf(report, "response")?.verdict).toBe("passed");
    nothingLeft();
  });

  it("waits beyond the probes to tell how long init() takes", async () => {
    const report = await finished(await world.trial(await specOf({ readyAfterMs: 41_000 })));
    expect(checkOf(report, "start")).toMatchObject({ verdict: "failed", fix: expect.stringContaining("failure threshold from 30 to") as string });
    expect(checkOf(report, "start")?.message).toMatch(/took 41(\.\d)? s; the liveness probe gives up after 30 s/);
    const hung = await finished(await world.trial(await specOf({ neverReady: true })));
    expect(checkOf(hung, "start")).toMatchObject({ verdict: "failed", message: "The container runs, but never got ready." });
    nothingLeft();
  });

  it("tells what the log says of a container that ends", async () => {
    const logs = [
      "!Traceback (most recent call last):",
      '!  File "/var/azureml-app/onlinescoring/score.py", line 3, in <module>',
      "!    import pandas",
      "!ModuleNotFoundError: No module named 'pandas'",
    ];
    const report = await finished(await world.trial(await specOf({ logs, exitAfterMs: 500, exitCode: 3, neverReady: true })));
    expect(checkOf(report, "start")?.message).toBe("The module pandas is not installed at score.py:3.");
    expect(checkOf(report, "start")?.fix).toContain("Add a line to the environment's requirements: pandas");
    expect(checkOf(report, "memory")?.verdict).toBe("skipped");
    nothingLeft();
  });

  it("tells of an image that cannot be built, of files that changed, and of a host without room", async () => {
    await world.close();
    world = await ControlWorld.open({ images: ["example/inference:1", "example/initializer:1"] });
    const denied = await buildEnvironmentVersion(world.store, world.workspaceId, { spec: environmentSpec({ image: "private/none:1" }) });
    const image = await finished(await world.trial(await specOf({}, { environmentVersionId: denied.id })));
    expect([checkOf(image, "image")?.verdict, checkOf(image, "storage")?.verdict]).toEqual(["failed", "skipped"]);
    world.tamper = true;
    const files = await world.trial(await specOf());
    world.blobs.clear();
    expect(checkOf(await finished(files), "storage")?.verdict).toBe("failed");
    world.tamper = false;
    const huge = await finished(await world.trial(await specOf({}, { instanceType: "Standard_NC4as_T4_v3" })));
    expect(checkOf(huge, "start")).toMatchObject({ verdict: "failed", message: expect.stringContaining("GPU") as string });
    nothingLeft();
  });

  it("warns of a container that has to be killed", async () => {
    const report = await finished(await world.trial(await specOf({ logs: ["up"] }), { sample: null }));
    expect(checkOf(report, "response")).toMatchObject({ verdict: "skipped" });
    expect(report.verdict).toBe("passed");
  });

  it("is cancelled in every phase, and leaves nothing", async () => {
    for (const wait of [0, 1, 3]) {
      const run = await world.trial(await specOf({ neverReady: true }));
      if (wait > 0) await world.pass(wait * 1000);
      expect(await world.store.doctorRuns.requestCancel(run.id)).not.toBeNull();
      await world.store.changes.append("doctor_run", run.id);
      expect(await finished(run)).toMatchObject({ state: "Canceled", verdict: null });
      nothingLeft();
    }
  });

  it("runs few at a time, each in a network of its own", async () => {
    const runs: DoctorRunRow[] = [];
    for (let index = 0; index < 6; index += 1) runs.push(await world.trial(await specOf({ readyAfterMs: 5000 })));
    await world.pass(3000);
    expect(world.sim.containers.size).toBe(4);
    expect(new Set(world.sim.networks.values()).size).toBe(4);
    for (const run of runs) expect((await finished(run)).verdict).toBe("passed");
    nothingLeft();
  });

  it("holds its room on the host against other trials, which wait for it, and against instances", async () => {
    const large = { instanceType: "Standard_DS3_v2" } as const;
    const runs: DoctorRunRow[] = [];
    for (let index = 0; index < 2; index += 1) runs.push(await world.trial(await specOf({ readyAfterMs: 20_000 }, large)));
    await world.pass(5000);
    expect(world.sim.containers.size).toBe(1);
    const blue = await world.deployment(await world.endpoint(), "blue", large);
    await world.until("blocked", async () => findCondition((await world.state(blue.id))?.conditions ?? [], "InstancesAvailable")?.reason === "NoMemory");
    const promised = (): number => [...world.sim.containers.values()].reduce((sum, { spec }) => sum + spec.memoryMib, 0);
    for (const run of runs)
      await world.until("the report", async () => {
        expect(promised()).toBeLessThanOrEqual(world.sim.memoryMib);
        return (await read(run)).phase === "ended" || findCondition((await world.state(blue.id))?.conditions ?? [], "InstancesAvailable")?.status === "True";
      });
    // Whoever of the two came second, deployment or trial: the deployment was told of the room without a resync.
    await world.untilState(blue.id, "Succeeded");
    expect((await finished(runs[0] ?? { id: "" })).verdict).toBe("passed");
  });

  it("keeps its report with revisions of exactly that spec", async () => {
    const spec = await specOf();
    const endpoint = await world.endpoint();
    const same = await world.deployment(endpoint, "blue", spec);
    const other = await world.deployment(endpoint, "green", { ...spec, readinessProbe: { ...quick, failureThreshold: 2 } });
    const report = await finished(await world.trial(same.spec));
    expect(report.digest).toHaveLength(64);
    expect((await world.store.deployments.findRevision(same.id, 1))?.doctorRunId).toBe(report.id);
    expect((await world.store.deployments.findRevision(other.id, 1))?.doctorRunId).toBeNull();
    expect(trialIdentity(same.spec)).not.toBe(trialIdentity(other.spec));
  });
});

describe("a container to try", () => {
  const open = async (id: string): Promise<void> => {
    expect(await world.store.doctorRuns.requestConsole(id, world.clock.now())).not.toBeNull();
    await world.store.changes.append("doctor_run", id);
    await world.until("the console", async () => (await read({ id })).console === "Open");
  };

  it("is there for ten minutes, outlives a sweep and the control plane, and changes no report", async () => {
    const report = await finished(await world.trial(await specOf()));
    await open(report.id);
    const { dial } = await read(report);
    const answer = await fetch(`http://${dial?.address ?? ""}:${String(dial?.port)}/score`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(200);
    await world.pass(5 * 60_000);
    world.runtime.enqueue("sweep", sweepKey);
    await world.restart();
    await world.settle();
    expect(world.sim.containers.size).toBe(1);
    await world.pass(5 * 60_000 + 3000);
    expect(await read(report)).toMatchObject({
      console: "Ended",
      consoleMessage: "The ten minutes are over.",
      checks: report.checks,
      verdict: "passed",
      state: "Finished",
    });
    nothingLeft();
  });

  it("goes when somebody says so, and when it ends by itself", async () => {
    const report = await finished(await world.trial(await specOf()));
    await open(report.id);
    expect(await world.store.doctorRuns.requestConsole(report.id, world.clock.now())).toBeNull();
    await world.store.doctorRuns.requestConsoleEnd(report.id);
    await world.store.changes.append("doctor_run", report.id);
    await world.until("the end", async () => (await read(report)).phase === "ended");
    nothingLeft();
    await open(report.id);
    for (const container of world.sim.containers.values()) container.end(1);
    await world.until("the end", async () => (await read(report)).phase === "ended");
    expect((await read(report)).consoleMessage).toBe("The container ended.");
    nothingLeft();
  });
});

it("comes to the same end whatever step the control plane is killed at", { timeout: 240_000 }, async () => {
  // Every third point reaches every phase, in a minute.
  let points = 0;
  for (let at = 1; ; at += 3) {
    const point: { reached: number; crashed: boolean } = { reached: 0, crashed: false };
    const step = (): void => {
      point.reached += 1;
      // Once dead it stays dead.
      if (!point.crashed && point.reached !== at) return;
      point.crashed = true;
      throw new SimulatedCrash(`at point ${String(at)}`);
    };
    const run = await world.trial(await specOf({ memoryMib: 900 }));
    world.onWrite = step;
    // Reading how much memory is held changes nothing, and happens often.
    world.sim.onVerb = (verb) => {
      if (verb !== "memoryOf") step();
    };
    const isOver = async () => (await read(run)).phase === "ended";
    await world
      .until("crash or end", async () => point.crashed || (await isOver()))
      .catch((error: unknown) => {
        if (!point.crashed) throw error;
      });
    world.onWrite = () => undefined;
    world.sim.onVerb = () => undefined;
    if (point.crashed) await world.restart();
    const report = await finished(run);
    expect([report.state, report.verdict, checkOf(report, "memory")?.message]).toEqual(["Finished", "failed", "It needs 900 MiB; sluice.micro has 512 MiB."]);
    nothingLeft();
    if (!point.crashed) break;
    points = at;
  }
  expect(points).toBeGreaterThan(30);
});
