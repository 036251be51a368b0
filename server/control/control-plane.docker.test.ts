import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
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

  const deploy = async (endpoint: EndpointRow, name: string, script: string, over: Partial<DeploymentSpec> = {}): Promise<DeploymentRow> => {
    const { store } = database;
    const model = await buildModelVersion(store, workspaceId, { files: [await put("weights.bin", "12345")] });
    const code = await buildCode(store, workspaceId, { files: [await put("score.py", script)] });
    const environment = await buildEnvironmentVersion(store, workspaceId, {
      contentHash: "inference-base",
      spec: environmentSpec({ image: null }),
    });
    const spec = deploymentSpec({
      environmentVersionId: environment.id,
      modelVersionId: model.id,
      codeConfiguration: { codeId: code.id, scoringScript: "score.py" },
      instanceType: "sluice.micro",
      ...over,
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
  const failures: readonly { readonly reason: string; readonly script: string; readonly spec?: Partial<DeploymentSpec> }[] = [
    { reason: "ScriptMissingRun", script: "def init():\n    pass\n" },
    { reason: "ScriptSyntaxError", script: "def init(:\n" },
    { reason: "ScriptImportError", script: "import sklearn\ndef init(): pass\ndef run(data): return 1\n" },
    { reason: "ModelFileMissing", script: "import os\ndef init():\n    open(os.environ['AZUREML_MODEL_DIR'] + '/nothing.pkl')\ndef run(data): return 1\n" },
    {
      reason: "OutOfMemory",
      script:
        "def init():\n    global hog\n    hog = bytearray(900 * 1024 * 1024)\n    for i in range(0, len(hog), 4096): hog[i] = 1\ndef run(data): return 1\n",
      spec: { livenessProbe: { ...impatient, failureThreshold: 25 }, readinessProbe: { ...impatient, failureThreshold: 20 } },
    },
    { reason: "NeverReady", script: "import time\ndef init():\n    time.sleep(600)\ndef run(data): return 1\n", spec: { readinessProbe: impatient } },
  ];

  it.each(failures)("says $reason with a hint and the log's lines", async ({ reason, script, spec }) => {
    const { store } = database;
    const endpoint = await buildEndpoint(store, workspaceId);
    const bad = await deploy(endpoint, "bad", script, spec);
    const row = await settled(bad.id, "Failed");
    expect(findCondition(row.conditions, "InstancesAvailable")).toMatchObject({ status: "False", reason });
    const event = (await store.events.list({ workspaceId, deploymentId: bad.id, limit: 50 })).find((one) => one.instanceId !== null && one.reason === reason);
    expect(event?.hint ?? "").not.toBe("");
    expect(event?.data["lines"]).not.toEqual([]);
    await store.endpoints.requestDelete(endpoint.id);
    await store.changes.append("endpoint", endpoint.id);
  });
});
