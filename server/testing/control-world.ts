import { createHash } from "node:crypto";
import pino from "pino";
import { changeSource } from "#server/control/change-source";
import { createControlPlane } from "#server/control/control-plane";
import type { ControlSettings, LogSink } from "#server/control/context";
import { LoopMetrics } from "#server/control/runtime/metrics";
import type { Runtime } from "#server/control/runtime/runtime";
import { noLogins } from "#server/domain/environment/index-logins";
import { defaultInstanceTypes } from "#server/domain/host/instance-types";
import type { EndpointSpec } from "#server/domain/endpoint/types";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { PlannedStop } from "#server/domain/instance/planned-stop";
import { artifactMissing } from "#server/artifacts/errors";
import { createArtifactStore, type ArtifactStore } from "#server/artifacts/store";
import { createArtifactSweeper } from "#server/artifacts/sweeper";
import { createSimDriver } from "#server/drivers/sim/driver";
import { SimWorld } from "#server/drivers/sim/world";
import { systemClock } from "#server/kernel/clock";
import { newId } from "#server/kernel/ids";
import type { DeploymentRow } from "#server/store/deployments";
import type { DoctorRunRow, NewDoctorRun } from "#server/store/doctor-runs";
import type { EndpointRow } from "#server/store/endpoints";
import type { Store } from "#server/store/store";
import {
  buildCode,
  buildDeployment,
  buildDoctorRun,
  buildEndpoint,
  buildEnvironmentVersion,
  buildModelVersion,
  buildWorkspace,
  deploymentSpec,
  endpointSpec,
} from "./builders";
import { createTestDatabase, type TestDatabase } from "./database";
import { FakeClock } from "./fake-clock";
import { Vault } from "#server/vault/vault";

export const testControlSettings: ControlSettings = {
  installationId: "test1",
  supernet: "10.213.0.0/16",
  hostName: "local",
  images: {
    inference: "example/inference:1",
    python: "example/python:1",
    pythonVersion: "3.11",
    otherPythons: [],
    conda: null,
    initializer: "example/initializer:1",
  },
  environmentTemplate: {
    dockerfile: "FROM @BASE@\nCOPY requirements.txt /tmp/\n",
    condaStage: "FROM @CONDA@ AS build\nRUN micromamba create\n",
    startScript: "#!/bin/sh\n",
    extraCa: null,
  },
  packageScript: "",
  curated: [],
  build: { concurrency: 1, timeoutMs: 60_000, cpuCores: 1, memoryMib: 1024, diskMib: 8192, freeDiskMib: 64, buildArgs: {}, logins: noLogins },
  baseRefresh: { everyMs: null },
  placement: { cpuOvercommit: 8, memoryOvercommit: 1, capInstanceTypes: true },
  maxBodyBytes: 1_000_000,
  uploadsFolder: "/nonexistent/uploads",
  imports: { paths: [], allowedHosts: [], maxBytes: 1024 ** 3 },
  plannedStops: [],
  imagePolicy: { keep: 3, keepMs: 7 * 24 * 3_600_000, current: [] },
  historyRetention: { eventMs: 93 * 24 * 3_600_000, auditMs: 400 * 24 * 3_600_000 },
};

/** The vault of every test world's control plane. */
export const testVault = Vault.fromHex("ab".repeat(32));

/** The process ended here, as far as the control plane can tell. */
export class SimulatedCrash extends Error {}

/** A gateway that takes every revision at once, unless told to refuse or to be silent. */
export class FakeGateway {
  applied = 0;
  refuse: string | null = null;
  silent = false;
  inFlight: Record<string, number> = {};

  constructor(
    private readonly store: Store,
    private readonly clock: FakeClock,
    readonly id = "gw_test",
  ) {}

  async register(): Promise<void> {
    await this.store.gateways.upsert(this.id, this.id, createHash("sha256").update(this.id).digest("hex"));
  }

  /** One round of the agent; true when it acknowledged something. */
  async tick(): Promise<boolean> {
    if (this.silent) return false;
    const now = this.clock.now();
    await this.store.gateways.updateInFlight({ gatewayId: this.id, observedAt: now, instances: this.inFlight, queuedByDeployment: {} }, now);
    const newest = await this.store.routing.findNewest();
    if (newest === null || newest.revision === this.applied) return false;
    this.applied = newest.revision;
    const refused = this.refuse !== null;
    await this.store.gateways.insertAcknowledgement(
      { gatewayId: this.id, revision: newest.revision, outcome: refused ? "refused" : "applied", appliedAt: now, digest: "", reason: this.refuse ?? "" },
      now,
    );
    return true;
  }
}

const silentLogs: LogSink = {
  build: () => Promise.resolve({ write: () => undefined, flush: () => Promise.resolve() }),
  storageInitializer: () => Promise.resolve({ write: () => undefined, flush: () => Promise.resolve() }),
};

export interface ControlWorldOptions {
  readonly images?: readonly string[] | "any";
  readonly settings?: Partial<ControlSettings>;
  readonly blobs?: Readonly<Record<string, Uint8Array>>;
  /** Where imports put what they fetch; tests of imports name one. */
  readonly artifactsFolder?: string;
  /** Wakes the feed of a runtime that runs by itself; without it the feed is polled by the world's clock. */
  readonly changed?: (signal: AbortSignal) => Promise<void>;
}

/** A real database, a simulated engine and gateway, and a control plane whose time the test owns. */
export class ControlWorld {
  readonly clock = new FakeClock();
  readonly sim: SimWorld;
  readonly gateway: FakeGateway;
  readonly metrics = new LoopMetrics();
  readonly blobs = new Map<string, Uint8Array>();
  runtime: Runtime;
  /** Blobs that nobody stored have bytes that do not fit their digest. */
  tamper = false;
  /** Dockerfile of generated images; what it says is what the simulated engine does. */
  template: string = testControlSettings.environmentTemplate.dockerfile;
  /** Stops on purpose that the next control plane is told of. */
  plannedStops: readonly PlannedStop[] = [];
  /** Called before and after each write; throwing is a crash at that point. */
  onWrite: (when: "before" | "after") => void = () => undefined;
  #stop = new AbortController();

  private constructor(
    readonly database: TestDatabase,
    readonly workspaceId: string,
    private readonly options: ControlWorldOptions,
  ) {
    this.sim = new SimWorld({ clock: this.clock, images: options.images ?? "any" });
    this.gateway = new FakeGateway(this.store, this.clock);
    this.runtime = this.plane(0);
  }

  static async open(options: ControlWorldOptions = {}): Promise<ControlWorld> {
    const database = await createTestDatabase();
    const workspace = await buildWorkspace(database.store);
    await database.store.instanceTypes.insertMissing(defaultInstanceTypes);
    const world = new ControlWorld(database, workspace.id, options);
    await world.gateway.register();
    await world.restart();
    return world;
  }

  get store(): Store {
    return this.database.store;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("closed"));
    this.sim.close();
    await this.database.drop();
  }

  /** A new control plane over the same database and engine, as after a crash or a change of leader. */
  async restart(): Promise<void> {
    this.#stop.abort(new Error("restarted"));
    this.#stop = new AbortController();
    const lease = await this.store.leases.acquire("control-plane", "test", 60_000);
    if (lease === null) throw new Error("the lease is taken");
    this.runtime = this.plane(lease.epoch);
    await this.runtime.readFeed();
    await this.runtime.resync();
  }

  plane(epoch: number): Runtime {
    const store: Store = {
      ...this.store,
      fenced: async (fence, work) => {
        this.onWrite("before");
        const outcome = await this.store.fenced(fence, work);
        this.onWrite("after");
        return outcome;
      },
    };
    let pass = 0;
    return createControlPlane({
      store,
      fence: { lease: "control-plane", epoch },
      driver: createSimDriver(this.sim),
      openArtifact: (sha256) => {
        const blob = this.blobs.get(sha256) ?? (this.tamper ? new TextEncoder().encode("tampered") : undefined);
        return blob === undefined
          ? Promise.reject(artifactMissing(sha256))
          : Promise.resolve(
              (async function* () {
                yield blob;
              })(),
            );
      },
      artifacts: this.artifacts(),
      sweeper: createArtifactSweeper("/nonexistent/artifacts"),
      vault: testVault,
      logs: silentLogs,
      clock: this.clock,
      newId: (kind) => newId(kind),
      settings: this.settings(),
      source: changeSource({ store, clock: this.clock, metrics: this.metrics, changed: this.options.changed ?? (() => new Promise(() => undefined)) }),
      loop: { clock: this.clock, log: pino({ level: "silent" }), metrics: this.metrics, random: () => 0.5, newPassId: () => String((pass += 1)) },
    });
  }

  private settings(): ControlSettings {
    const dockerfile = () => this.template;
    const environmentTemplate = {
      ...testControlSettings.environmentTemplate,
      get dockerfile() {
        return dockerfile();
      },
    };
    return { ...testControlSettings, plannedStops: this.plannedStops, ...this.options.settings, environmentTemplate };
  }

  /** Everything that is due now, until control plane and gateway rest. */
  async settle(): Promise<void> {
    do {
      await this.runtime.runDue(this.#stop.signal);
    } while (await this.acknowledge());
  }

  private async acknowledge(): Promise<boolean> {
    if (!(await this.gateway.tick())) return false;
    this.runtime.enqueue("traffic", "all", "urgent");
    return true;
  }

  /** Lets time pass until the condition holds; rejects with what is there after `limitMs` of the world's time. */
  async until(what: string, holds: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
    const end = this.clock.now() + limitMs;
    for (;;) {
      await this.settle();
      if (await holds()) return;
      if (this.clock.now() >= end) throw new Error(`never came: ${what}\n${await this.describe()}`);
      const next = this.runtime.nextDueAt() ?? this.clock.now() + 1000;
      this.clock.advance(Math.min(Math.max(next - this.clock.now(), 1), 1000));
    }
  }

  /** As `until`, beside loops that run by themselves (`runtime.run`), which keep their limits of concurrency. */
  async live(what: string, holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
    const end = this.clock.now() + limitMs;
    while (!(await holds())) {
      if (this.clock.now() >= end) throw new Error(`never came: ${what}\n${await this.describe()}`);
      this.clock.advance(200);
      await systemClock.sleep(5);
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.until("time passed", () => Promise.resolve(this.clock.now() >= end), ms + 60_000);
  }

  async describe(): Promise<string> {
    const deployments = await this.store.deployments.listLive();
    const instances = await this.store.instances.listLive();
    return JSON.stringify(
      {
        deployments: deployments.map(({ name, provisioningState, conditions }) => ({
          name,
          provisioningState,
          conditions: conditions.map((one) => `${one.type}=${one.status}/${one.reason}: ${one.message}`),
        })),
        instances: instances.map(({ id, slot, specHash, state, desiredState, ready, reason, message, unroutedRevision }) => ({
          id,
          slot,
          specHash,
          state,
          desiredState,
          ready,
          reason,
          message,
          unroutedRevision,
        })),
        containers: [...this.sim.containers.values()].map(({ instanceId, phase }) => ({ instanceId, phase })),
      },
      null,
      1,
    );
  }

  /** A folder's store where the world has one; else what is put joins the world's own blobs. */
  private artifacts(): ArtifactStore {
    const { artifactsFolder } = this.options;
    if (artifactsFolder !== undefined) return createArtifactStore(artifactsFolder);
    const put = async (content: AsyncIterable<Uint8Array>) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      const { sha256, sizeBytes } = this.file("", Buffer.concat(pieces).toString("utf8"));
      return { sha256, sizeBytes };
    };
    return { ...createArtifactStore("/nonexistent/artifacts"), put };
  }

  /** A file in the artifact store, as assets name it. */
  file(path: string, content: string): { path: string; sha256: string; sizeBytes: number } {
    const bytes = new TextEncoder().encode(content);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.blobs.set(sha256, bytes);
    return { path, sha256, sizeBytes: bytes.byteLength };
  }

  async endpoint(traffic: Readonly<Record<string, number>> = {}, over: Partial<EndpointSpec> = {}): Promise<EndpointRow> {
    const row = await buildEndpoint(this.store, this.workspaceId, { spec: endpointSpec({ traffic, ...over }) });
    for (const slot of ["primary", "secondary"] as const)
      await this.store.endpoints.putKey({
        id: newId("endpointKey"),
        endpointId: row.id,
        slot,
        sealed: new Uint8Array([1]),
        sha256: createHash("sha256").update(`${row.id}${slot}`).digest("hex"),
      });
    await this.store.changes.append("endpoint", row.id);
    return row;
  }

  /** A deployment with model, code and an environment of its own. */
  async deployment(endpoint: EndpointRow, name: string, over: Partial<DeploymentSpec> = {}): Promise<DeploymentRow> {
    const model = await buildModelVersion(this.store, this.workspaceId, { files: [this.file("model.pkl", `model of ${name}`)] });
    const code = await buildCode(this.store, this.workspaceId, { files: [this.file("score.py", "def init(): ...")] });
    const environment = await buildEnvironmentVersion(this.store, this.workspaceId);
    const spec = deploymentSpec({
      environmentVersionId: environment.id,
      modelVersionId: model.id,
      codeConfiguration: { codeId: code.id, scoringScript: "score.py" },
      ...over,
    });
    const row = await buildDeployment(this.store, endpoint, { name, spec });
    await this.store.changes.append("deployment", row.id);
    return row;
  }

  async change(id: string, over: Partial<DeploymentSpec>, specHash?: string): Promise<void> {
    const row = await this.store.deployments.findById(id);
    if (row === null) throw new Error(`no deployment ${id}`);
    await this.store.deployments.updateSpecIfGeneration(id, row.generation, { ...row.spec, ...over }, specHash ?? row.specHash);
    await this.store.changes.append("deployment", id);
  }

  async traffic(id: string, traffic: Readonly<Record<string, number>>): Promise<string> {
    const row = await this.store.endpoints.findById(id);
    if (row === null) throw new Error(`no endpoint ${id}`);
    const changeId = newId("operation");
    await this.store.transaction(async (session) => {
      await session.endpoints.updateSpecIfGeneration(id, row.generation, { ...row.spec, traffic });
      await session.trafficChanges.insert({
        id: changeId,
        endpointId: id,
        generation: row.generation + 1,
        before: row.spec.traffic,
        after: traffic,
        actorId: "usr",
        actorName: "Ada",
        createdAt: this.clock.now(),
      });
      await session.changes.append("traffic", id);
    });
    return changeId;
  }

  /** The doctor's run for a spec that need not be a deployment's. */
  trial(spec: DeploymentSpec, over: Partial<NewDoctorRun> = {}): Promise<DoctorRunRow> {
    return buildDoctorRun(this.store, this.workspaceId, spec, { createdAt: this.clock.now(), ...over });
  }

  async delete(endpointId: string): Promise<void> {
    await this.store.endpoints.requestDelete(endpointId);
    await this.store.changes.append("endpoint", endpointId);
  }

  state(id: string): Promise<DeploymentRow | null> {
    return this.store.deployments.findById(id);
  }

  untilState(id: string, state: DeploymentRow["provisioningState"], limitMs?: number): Promise<void> {
    return this.until(
      `${id} ${state}`,
      async () => {
        const row = await this.state(id);
        return row?.provisioningState === state && row.observedGeneration === row.generation;
      },
      limitMs,
    );
  }
}
