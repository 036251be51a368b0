import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createArtifactStore, type ArtifactStore } from "#server/artifacts/store";
import { createArtifactSweeper } from "#server/artifacts/sweeper";
import { findCondition } from "#server/domain/condition";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { subnetAt } from "#server/domain/host/addressing";
import { defaultInstanceTypes } from "#server/domain/host/instance-types";
import type { AssetFile } from "#server/domain/model/types";
import { createDockerDriver } from "#server/drivers/docker/driver";
import { systemClock } from "#server/kernel/clock";
import { newId } from "#server/kernel/ids";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import {
  buildCode,
  buildDeployment,
  buildEndpoint,
  buildEnvironmentVersion,
  buildModelVersion,
  buildWorkspace,
  deploymentSpec,
  endpointSpec,
  environmentSpec,
} from "#server/testing/builders";
import { testControlSettings, testVault } from "#server/testing/control-world";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { findTestEngine } from "#server/testing/engine";
import { changeSource } from "./change-source";
import { loops } from "./context";
import { createControlPlane } from "./control-plane";
import { followEvents } from "./host/follow-events";
import { fileLogSink } from "./log-sink";
import { LoopMetrics } from "./runtime/metrics";

const search = await findTestEngine();
const installation = `t${randomBytes(4).toString("hex")}`;
const supernet = `10.${String(100 + ((randomBytes(1)[0] ?? 0) % 25))}.0.0/16`;
const goodScript = `import json, os
def init():
    global size
    size = os.path.getsize(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "weights.bin"))
def run(data):
    return {"size": size}
`;

describe.skipIf(search.engine === null)("the control plane on a real engine", () => {
  let database: TestDatabase;
  let home: string;
  let artifacts: ArtifactStore;
  let workspaceId: string;
  let running: Promise<unknown>;
  const stop = new AbortController();
  const driver = createDockerDriver({
    socketPath: search.engine?.socketPath ?? "",
    installation,
    clock: systemClock,
    buildNetwork: { subnet: subnetAt(supernet, 0).cidr, gateway: subnetAt(supernet, 0).gateway },
  });

  const settings = async () => {
    const images = search.engine?.images ?? { inference: "", python: "", initializer: "" };
    const serving = (name: string) => readFile(new URL(`../../images/serving/${name}`, import.meta.url), "utf8");
    const environmentTemplate = {
      dockerfile: await serving("environment.Dockerfile"),
      condaStage: await serving("conda.Dockerfile"),
      startScript: await serving("aml-start.sh"),
      extraCa: null,
    };
    return {
      ...testControlSettings,
      installationId: installation,
      supernet,
      images: { ...testControlSettings.images, ...images },
      environmentTemplate,
      build: { ...testControlSettings.build, timeoutMs: 240_000, memoryMib: 2048 },
    };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const { store } = database;
    home = await mkdtemp(path.join(tmpdir(), "sluice-control-"));
    artifacts = createArtifactStore(path.join(home, "artifacts"));
    workspaceId = (await buildWorkspace(store)).id;
    await store.instanceTypes.insertMissing(defaultInstanceTypes);
    const lease = await store.leases.acquire("control-plane", "test", 600_000);
    const log = pino({ level: "silent" });
    const metrics = new LoopMetrics();
    const runtime = createControlPlane({
      store, driver, clock: systemClock, newId, settings: await settings(), fence: { lease: "control-plane", epoch: lease?.epoch ?? 0 }, logs: fileLogSink(home, systemClock), vault: testVault, openArtifact: (sha256) => artifacts.open(sha256), sweeper: createArtifactSweeper(path.join(home, "artifacts")),
      source: changeSource({ store, clock: systemClock, metrics, changed: (signal) => systemClock.sleep(100, signal).catch(() => undefined) }),
      loop: { clock: systemClock, log, metrics, random: Math.random, newPassId: () => newId("operation") },
    }); // prettier-ignore
    const events = followEvents(
      { driver, clock: systemClock, log, onInstance: (id) => runtime.enqueue(loops.instance, id), onConnected: () => undefined },
      stop.signal,
    );
    running = Promise.all([runtime.run(stop.signal), events]);
  });

  afterAll(async () => {
    stop.abort(new Error("the tests are over"));
    await running;
    const owned = await driver.listOwned();
    for (const one of owned.instances) await driver.removeInstance(one.instanceId);
    for (const volume of owned.volumes) await driver.removeVolume(volume.name);
    for (const network of owned.networks) await driver.removeNetwork(network.deploymentId);
    for (const image of owned.images) await driver.removeImage(image.reference);
    const network = search.engine?.docker.getNetwork(`sluice-${installation}-build`);
    await network?.remove().catch(() => undefined);
    await database.drop();
    await rm(home, { recursive: true });
  });

  const put = async (name: string, content: string): Promise<AssetFile> => ({
    path: name,
    ...(await artifacts.put(
      (async function* () {
        await Promise.resolve();
        yield Buffer.from(content);
      })(),
    )),
  });

  interface Contents {
    readonly condaFile?: string;
    readonly damage?: (blob: string) => Promise<void>;
  }

  const deploy = async (
    endpoint: EndpointRow,
    name: string,
    script: string,
    over: Partial<DeploymentSpec> = {},
    contents: Contents = {},
  ): Promise<DeploymentRow> => {
    const { store } = database;
    const weights = await put("weights.bin", contents.damage === undefined ? "12345" : "damaged later");
    const model = await buildModelVersion(store, workspaceId, { files: [weights] });
    await contents.damage?.(path.join(home, "artifacts/sha256", weights.sha256.slice(0, 2), weights.sha256));
    const code = await buildCode(store, workspaceId, { files: [await put("score.py", script)] });
    const environment = await buildEnvironmentVersion(store, workspaceId, {
      contentHash: contents.condaFile === undefined ? "inference-base" : "packages-that-are-not",
      spec: environmentSpec({ image: null, condaFile: contents.condaFile ?? null }),
    });
    const spec = deploymentSpec({
      environmentVersionId: environment.id,
      modelVersionId: model.id,
      codeConfiguration: { codeId: code.id, scoringScript: "score.py" },
      instanceType: "sluice.micro",
      ...over,
      ...(over.codeConfiguration == null ? {} : { codeConfiguration: { ...over.codeConfiguration, codeId: code.id } }),
    });
    const row = await buildDeployment(store, endpoint, { name, spec });
    await store.changes.append("deployment", row.id);
    return row;
  };

  const settled = async (id: string, state: DeploymentRow["provisioningState"], limitMs = 120_000): Promise<DeploymentRow> => {
    const end = Date.now() + limitMs;
    for (;;) {
      const row = await database.store.deployments.findById(id);
      if (row?.provisioningState === state) return row;
      if (Date.now() > end) throw new Error(`never ${state}: ${JSON.stringify(row?.conditions)}`);
      await systemClock.sleep(100);
    }
  };

  it("brings model and script to an answer, replaces a killed container, and leaves nothing after deletion", async () => {
    const { store } = database;
    const endpoint = await buildEndpoint(store, workspaceId);
    const blue = await deploy(endpoint, "blue", goodScript);
    await settled(blue.id, "Succeeded");
    const [first] = await store.instances.listByDeployment(blue.id);
    const answer = await fetch(`http://${first?.address ?? ""}:5001/score`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    expect(await answer.json()).toEqual({ size: 5 });

    await search.engine?.docker.getContainer(first?.containerId ?? "").kill({ signal: "SIGKILL" });
    const end = Date.now() + 60_000;
    for (;;) {
      const rows = await store.instances.listByDeployment(blue.id);
      if (rows.some((row) => row.id !== first?.id && row.ready)) break;
      expect(Date.now()).toBeLessThan(end);
      await systemClock.sleep(100);
    }
    expect((await store.instances.findById(first?.id ?? ""))?.exitCode).toBe(137);

    await store.endpoints.requestDelete(endpoint.id);
    await store.changes.append("endpoint", endpoint.id);
    while ((await store.endpoints.findById(endpoint.id))?.deletedAt === null) await systemClock.sleep(100);
    const owned = await driver.listOwned();
    expect([owned.instances, owned.volumes, owned.networks]).toEqual([[], [], []]);
  });

  const impatient = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 8 };
  const scoring = "def run(data): return 1\n";

  interface Failing {
    readonly reason: string;
    /** Which condition says it. */
    readonly says?: "InstancesAvailable" | "ModelStaged" | "ImageReady" | "SpecValid";
    readonly script?: string;
    readonly spec?: Partial<DeploymentSpec>;
    readonly condaFile?: string;
    /** Exit code of what ended; null while it runs on, absent where nothing ran. */
    readonly exitCode?: number | null;
    /** What the event's lines show; absent where there is no log. */
    readonly lines?: RegExp;
    /** Damages the model's content in the artifact store once it is registered. */
    readonly damage?: (blob: string) => Promise<void>;
  }

  const failures: readonly Failing[] = [
    { reason: "ScriptMissingInit", script: scoring, exitCode: 3, lines: /does not have a init\(\) function/ },
    { reason: "ScriptMissingRun", script: "def init():\n    pass\n", exitCode: 3, lines: /does not have a run\(\) function/ },
    { reason: "ScriptSyntaxError", script: "def init(:\n", exitCode: 3, lines: /SyntaxError/ },
    { reason: "ScriptImportError", script: `import sklearn\ndef init(): pass\n${scoring}`, exitCode: 3, lines: /No module named 'sklearn'/ },
    {
      reason: "ModelFileMissing",
      script: `import os\ndef init():\n    open(os.environ['AZUREML_MODEL_DIR'] + '/nothing.pkl')\n${scoring}`,
      exitCode: 3,
      lines: /nothing\.pkl/,
    },
    {
      reason: "OutOfMemory",
      script: `def init():\n    global hog\n    hog = bytearray(900 * 1024 * 1024)\n    for i in range(0, len(hog), 4096): hog[i] = 1\n${scoring}`,
      spec: { livenessProbe: { ...impatient, failureThreshold: 25 }, readinessProbe: { ...impatient, failureThreshold: 20 } },
      exitCode: null,
      lines: /SIGKILL/,
    },
    {
      reason: "NeverReady",
      script: `import time\ndef init():\n    time.sleep(600)\n${scoring}`,
      spec: { readinessProbe: impatient },
      exitCode: null,
      lines: /Invoking user's init function/,
    },
    // The server's first process is the worker's parent; with it the container ends, and the worker must not get ready in its last moment.
    {
      reason: "ContainerExited",
      script: `import os, time\ndef init():\n    os.kill(os.getppid(), 9)\n    time.sleep(60)\n${scoring}`,
      exitCode: 137,
      lines: /./,
    },
    { reason: "ScoringScriptMissing", says: "SpecValid", spec: { codeConfiguration: { codeId: "", scoringScript: "main.py" } } },
    { reason: "ChecksumMismatch", says: "ModelStaged", damage: (blob) => writeFile(blob, "54321"), exitCode: 2, lines: /weights\.bin|checksum|sha256/ },
    { reason: "ArtifactMissing", says: "ModelStaged", damage: (blob) => rm(blob) },
    {
      reason: "PackageNotFound",
      says: "ImageReady",
      condaFile: "dependencies:\n  - python=3.11\n  - pip:\n      - sluice-has-no-such-package==1.0\n",
      lines: /sluice-has-no-such-package/,
    },
  ];

  describe("a deployment that fails", () => {
    let endpoint: EndpointRow;
    let good: DeploymentRow;

    beforeAll(async () => {
      endpoint = await buildEndpoint(database.store, workspaceId, { spec: { ...endpointSpec(), traffic: { good: 100 } } });
      good = await deploy(endpoint, "good", goodScript);
      await settled(good.id, "Succeeded");
    });

    it.each(failures)(
      "with $reason says so with hint, exit code and the log's lines, and disturbs nobody",
      async ({ reason, says = "InstancesAvailable", exitCode, lines, ...wish }) => {
        const { store } = database;
        const [serving] = await store.instances.listByDeployment(good.id);
        const bad = await deploy(endpoint, "bad", wish.script ?? goodScript, wish.spec, wish);
        const row = await settled(bad.id, "Failed");
        const condition = findCondition(row.conditions, says);
        expect(condition).toMatchObject({ status: "False", reason });
        expect(condition?.hint ?? "").not.toBe("");
        const events = await store.events.list({ workspaceId, deploymentId: bad.id, limit: 50 });
        const event = events.find((one) => one.reason === reason && (one.instanceId !== null) === (says === "InstancesAvailable"));
        expect(event?.hint ?? "").not.toBe("");
        if (exitCode !== undefined) expect(event?.data["exitCode"]).toBe(exitCode);
        if (lines !== undefined) expect((event?.data["lines"] as string[] | undefined)?.join("\n")).toMatch(lines);

        const routing = (await store.routing.findNewest())?.document.endpoints.find(({ id }) => id === endpoint.id);
        expect(routing?.weights).toEqual({ good: 100 });
        expect((await store.instances.listByDeployment(good.id)).map(({ id, ready }) => [id, ready])).toEqual([[serving?.id, true]]);
        await store.deployments.requestDelete(bad.id);
        await store.changes.append("deployment", bad.id);
        while ((await store.deployments.findById(bad.id))?.deletedAt === null) await systemClock.sleep(100);
      },
    );
  });
});
