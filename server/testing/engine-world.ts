import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { createArtifactStore, type ArtifactStore } from "#server/artifacts/store";
import { createArtifactSweeper } from "#server/artifacts/sweeper";
import { changeSource } from "#server/control/change-source";
import type { ControlSettings } from "#server/control/context";
import { createControlPlane, takeEvent } from "#server/control/control-plane";
import { followEvents } from "#server/control/host/follow-events";
import { fileLogSink } from "#server/control/log-sink";
import { LoopMetrics } from "#server/control/runtime/metrics";
import type { Runtime } from "#server/control/runtime/runtime";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { subnetAt } from "#server/domain/host/addressing";
import { defaultInstanceTypes } from "#server/domain/host/instance-types";
import type { AssetFile } from "#server/domain/model/types";
import type { ComputeDriver, InstanceEvent } from "#server/drivers/compute-driver";
import { createDockerDriver } from "#server/drivers/docker/driver";
import { systemClock } from "#server/kernel/clock";
import { newId } from "#server/kernel/ids";
import type { ImageBuildRow } from "#server/store/builds";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { Store } from "#server/store/store";
import { readBuildLog } from "#server/telemetry/logs/read-logs";
import { buildCode, buildEnvironmentVersion, buildWorkspace, environmentSpec } from "./builders";
import { testControlSettings, testVault } from "./control-world";
import { createTestDatabase, type TestDatabase } from "./database";
import { reapInstallation, type TestEngine } from "./engine";

/** Texts of generated images as the product has them. */
export async function servingTemplate(): Promise<ControlSettings["environmentTemplate"]> {
  const read = (name: string) => readFile(new URL(`../../images/serving/${name}`, import.meta.url), "utf8");
  const [dockerfile, condaStage, startScript] = await Promise.all([read("environment.Dockerfile"), read("conda.Dockerfile"), read("aml-start.sh")]);
  return { dockerfile, condaStage, startScript, extraCa: null };
}

/** A control plane that runs on a real engine and database, with an installation of its own. */
export class EngineWorld {
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: TestEngine,
    readonly installation: string,
    readonly database: TestDatabase,
    readonly home: string,
    readonly workspaceId: string,
    readonly driver: ComputeDriver,
    readonly artifacts: ArtifactStore,
    readonly runtime: Runtime,
  ) {}

  static async open(engine: TestEngine, settings: Partial<ControlSettings> = {}): Promise<EngineWorld> {
    const installation = `t${randomBytes(4).toString("hex")}`;
    const supernet = `10.${String(100 + ((randomBytes(1)[0] ?? 0) % 25))}.0.0/16`;
    const builds = subnetAt(supernet, 0);
    const database = await createTestDatabase();
    const { store } = database;
    const home = await mkdtemp(path.join(tmpdir(), "sluice-engine-"));
    const workspace = await buildWorkspace(store);
    await store.instanceTypes.insertMissing(defaultInstanceTypes);
    const lease = await store.leases.acquire("control-plane", "test", 3_600_000);
    const buildNetwork = { subnet: builds.cidr, gateway: builds.gateway };
    const driver = createDockerDriver({ socketPath: engine.socketPath, installation, clock: systemClock, buildNetwork });
    const artifacts = createArtifactStore(path.join(home, "artifacts"));
    const metrics = new LoopMetrics();
    const runtime = createControlPlane({
      store,
      driver,
      clock: systemClock,
      newId,
      settings: {
        ...testControlSettings,
        installationId: installation,
        supernet,
        images: { ...testControlSettings.images, ...engine.images },
        environmentTemplate: await servingTemplate(),
        packageScript: await readFile(new URL("../../images/serving/list-packages.py", import.meta.url), "utf8"),
        build: { ...testControlSettings.build, timeoutMs: 280_000, memoryMib: 2048, cpuCores: 2 },
        ...settings,
      },
      fence: { lease: "control-plane", epoch: lease?.epoch ?? 0 },
      logs: fileLogSink(home, systemClock),
      vault: testVault,
      openArtifact: (sha256) => artifacts.open(sha256),
      artifacts,
      sweeper: createArtifactSweeper(path.join(home, "artifacts")),
      source: changeSource({ store, clock: systemClock, metrics, changed: (signal) => systemClock.sleep(100, signal).catch(() => undefined) }),
      loop: { clock: systemClock, log: pino({ level: "silent" }), metrics, random: Math.random, newPassId: () => newId("operation") },
    });
    const world = new EngineWorld(engine, installation, database, home, workspace.id, driver, artifacts, runtime);
    world.#run();
    return world;
  }

  #run(): void {
    const { driver, runtime } = this;
    const log = pino({ level: "silent" });
    const onEvent = (event: InstanceEvent): void => takeEvent(runtime, event);
    const events = followEvents({ driver, clock: systemClock, log, onEvent, onConnected: () => undefined }, this.#stop.signal);
    this.#running = Promise.all([runtime.run(this.#stop.signal), events]);
  }

  get store(): Store {
    return this.database.store;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("the tests are over"));
    await this.#running;
    await reapInstallation(this.engine.docker, this.installation);
    await this.database.drop();
    await rm(this.home, { recursive: true });
  }

  /** Stores a text as an asset's file. */
  async file(name: string, content: string): Promise<AssetFile> {
    const piece = (async function* () {
      await Promise.resolve();
      yield Buffer.from(content);
    })();
    return { path: name, ...(await this.artifacts.put(piece)) };
  }

  /** A code asset of these texts, by path; for a Dockerfile's context or a scoring folder. */
  async code(files: Readonly<Record<string, string>>): Promise<string> {
    const stored = await Promise.all(Object.entries(files).map(([name, content]) => this.file(name, content)));
    return (await buildCode(this.store, this.workspaceId, { files: stored })).id;
  }

  environment(over: Partial<EnvironmentSpec>): Promise<EnvironmentVersionRow> {
    return buildEnvironmentVersion(this.store, this.workspaceId, { spec: environmentSpec({ image: null, ...over }) });
  }

  /** Asks for the environment's image. */
  async request(environment: EnvironmentVersionRow): Promise<ImageBuildRow> {
    const { workspaceId } = this;
    const { id: environmentVersionId, contentHash } = environment;
    const build = await this.store.builds.insertIfAbsent({ id: newId("build"), workspaceId, environmentVersionId, contentHash, createdAt: Date.now() });
    await this.store.changes.append("image_build", build.id);
    return build;
  }

  /** The build once it is over. */
  async ended(buildId: string, limitMs = 280_000): Promise<ImageBuildRow> {
    const over = (row: ImageBuildRow | null): row is ImageBuildRow => row !== null && row.observedAttempt >= row.attempt && row.finishedAt !== null;
    return this.until(
      "the build's end",
      async () => {
        const row = await this.store.builds.findById(buildId);
        return over(row) ? row : null;
      },
      limitMs,
    );
  }

  async build(over: Partial<EnvironmentSpec>): Promise<ImageBuildRow> {
    return this.ended((await this.request(await this.environment(over))).id);
  }

  async log(buildId: string): Promise<readonly string[]> {
    return (await readBuildLog(this.home, buildId, { limit: 5000 })).lines.map(({ text }) => text);
  }

  async until<T>(what: string, look: () => Promise<T | null>, limitMs = 120_000): Promise<T> {
    const end = Date.now() + limitMs;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (Date.now() > end) throw new Error(`never came: ${what}`);
      await systemClock.sleep(100);
    }
  }
}
