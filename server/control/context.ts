import type { ArtifactStore } from "#server/artifacts/store";
import type { ArtifactSweeper } from "#server/artifacts/sweeper";
import type { ArtifactOpener, ComputeDriver } from "#server/drivers/compute-driver";
import type { PlannedStop } from "#server/domain/instance/planned-stop";
import type { EnvironmentTemplate } from "#server/domain/environment/build-plan";
import type { BuildLogins } from "#server/domain/environment/index-logins";
import type { CuratedEnvironment } from "#server/domain/environment/curated";
import type { Clock } from "#server/kernel/clock";
import type { IdKind } from "#server/kernel/ids";
import type { Store, StoreSession } from "#server/store/store";
import type { Vault } from "#server/vault/vault";
import type { Fence } from "#server/store/leases";
import type { Priority } from "./runtime/work-queue";

/** Names of the loops; hints are routed to them. */
export const loops = {
  deployment: "deployment",
  imageBuild: "image-build",
  buildCancel: "build-cancel",
  baseRefresh: "base-refresh",
  connection: "connection",
  curated: "curated",
  doctor: "doctor",
  modelImport: "model-import",
  instance: "instance",
  memory: "memory",
  signingKeys: "signing-keys",
  tokenProvider: "token-provider",
  traffic: "traffic",
  endpoint: "endpoint",
  host: "host",
  sweep: "sweep",
} as const;

/** The traffic loop has one key: a routing revision is about all endpoints at once. */
export const trafficKey = "all";

export interface ControlSettings {
  readonly installationId: string;
  readonly supernet: string;
  readonly hostName: string;
  readonly images: {
    /** Serves environments that name neither image nor packages. */
    readonly inference: string;
    /** Base of generated images, and the minor version of Python in it. */
    readonly python: string;
    readonly pythonVersion: string;
    /** Bases for other versions of Python. */
    readonly otherPythons: readonly { readonly version: string; readonly image: string }[];
    /** An image with micromamba, or null where conda cannot run. */
    readonly conda: string | null;
    readonly initializer: string;
  };
  readonly environmentTemplate: EnvironmentTemplate;
  /** Text of `list-packages.py`. */
  readonly packageScript: string;
  /** Environments that come with the product. */
  readonly curated: readonly CuratedEnvironment[];
  readonly build: {
    readonly concurrency: number;
    readonly timeoutMs: number;
    readonly cpuCores: number;
    readonly memoryMib: number;
    /** What one build may write, and what must stay free on the engine's disk. */
    readonly diskMib: number;
    readonly freeDiskMib: number;
    readonly buildArgs: Readonly<Record<string, string>>;
    readonly logins: BuildLogins;
  };
  /** How often base images are brought up to date by themselves; null for never. */
  readonly baseRefresh: { readonly everyMs: number | null };
  readonly placement: { readonly cpuOvercommit: number; readonly memoryOvercommit: number; readonly capInstanceTypes: boolean };
  /** Largest request body that gateways pass on. */
  readonly maxBodyBytes: number;
  readonly uploadsFolder: string;
  readonly imports: { readonly paths: readonly string[]; readonly allowedHosts: readonly string[]; readonly maxBytes: number };
  /** Which unused images stay: the newest `keep` of a kind, those younger than `keepMs`, and always the `current` ones of the platform. */
  readonly imagePolicy: { readonly keep: number; readonly keepMs: number; readonly current: readonly string[] };
  /** How long events and ended operations, and audit entries, are kept. */
  readonly historyRetention: { readonly eventMs: number; readonly auditMs: number };
  /** When the product was stopped on purpose, containers included; oldest first. */
  readonly plannedStops: readonly PlannedStop[];
}

/** Where lines of builds and storage initializers are kept beyond their containers' lives. */
export interface LogSink {
  build(buildId: string): Promise<LineWriter>;
  storageInitializer(deploymentId: string, contentHash: string): Promise<LineWriter>;
}

export interface LineWriter {
  write(text: string): void;
  flush(): Promise<void>;
}

/** All that a reconciler may touch. Built once per term of leadership, since the fence is part of it. */
export interface ControlContext {
  readonly store: Store;
  readonly fence: Fence;
  readonly driver: ComputeDriver;
  readonly openArtifact: ArtifactOpener;
  /** Where imports put what they fetch. */
  readonly artifacts: ArtifactStore;
  readonly sweeper: ArtifactSweeper;
  /** Opens the secrets of connections. */
  readonly vault: Vault;
  readonly logs: LogSink;
  readonly clock: Clock;
  readonly newId: (kind: IdKind) => string;
  readonly settings: ControlSettings;
  readonly enqueue: (loop: string, key: string, priority?: Priority, delayMs?: number) => void;
  /** Counts a fact about our own work. */
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void;
  /** Called at every write; a resync pass that writes corrected something. */
  readonly noteWrite: () => void;
}

/** The only way to write: one transaction, refused when another process leads by now. */
export function write<T>(context: ControlContext, work: (session: StoreSession) => Promise<T>): Promise<T> {
  context.noteWrite();
  return context.store.fenced(context.fence, work);
}

/** As `write`, for what every pass may repeat (heartbeats, probe results): it corrects nothing. */
export const writeRoutine = <T>(context: ControlContext, work: (session: StoreSession) => Promise<T>): Promise<T> => context.store.fenced(context.fence, work);
