import type { ImageContents } from "../domain/environment/packages";
import type { AssetFile } from "../domain/model/types";
import type { HttpRoute, ProbeOutcome } from "../domain/probe/types";
import type { Secret } from "../domain/secret/secret";

/** What a driver can say of a failure; the reconciler maps kinds to "try again" or "give up" in one table. */
export const driverErrorKinds = [
  "not_found",
  "already_exists",
  "image_missing",
  "image_denied",
  "registry_unreachable",
  "resources_exhausted",
  "invalid_config",
  "unreachable",
  "timeout",
  "internal",
] as const;
export type DriverErrorKind = (typeof driverErrorKinds)[number];

export class DriverError extends Error {
  constructor(
    readonly kind: DriverErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "DriverError";
  }
}

export interface DriverHostView {
  readonly cpuCores: number;
  readonly memoryMib: number;
  readonly engineVersion: string;
  readonly gpuRuntime: boolean;
}

/** A bridge of its own for one deployment, so that no model reaches another. */
export interface NetworkSpec {
  readonly deploymentId: string;
  /** CIDR cut from the installation's supernet. */
  readonly subnet: string;
  readonly gateway: string;
}

/** One file of a build context: its content, or a blob of the artifact store that is streamed. */
export type BuildFile = { readonly path: string; readonly content: Uint8Array | string; readonly mode?: number } | (AssetFile & { readonly mode?: number });

/** Who asks a registry. */
export interface RegistryAuth {
  /** The registry's host, with a port where it has one; `docker.io` for Docker Hub. */
  readonly registry: string;
  readonly username: string;
  readonly password: Secret;
}

export interface BuildSpec {
  /** Equal hashes mean equal images; part of the tag. */
  readonly contentHash: string;
  readonly repository: string;
  readonly dockerfile: string;
  readonly files: readonly BuildFile[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Lines of a netrc file for package indexes, which no trace of may stay in the image; null when none wants a login. */
  readonly indexLogins: Secret | null;
  /** For bases that the engine pulls by itself. */
  readonly registryAuths: readonly RegistryAuth[];
  readonly cpuCores: number;
  readonly memoryMib: number;
  /** What it may write, in layers and in the step that runs. One that writes more is stopped, which is an outcome. */
  readonly diskMib: number;
  /** What must stay free on the engine's disk: with less no build begins, and one that runs is stopped. */
  readonly freeDiskMib: number;
  readonly timeoutMs: number;
}

export interface ImageInfo {
  readonly reference: string;
  readonly id: string;
  readonly sizeBytes: number;
  /** `name@sha256:…` under which it came from registries; none when it was built here. */
  readonly digests: readonly string[];
}

export type BuildOutcome =
  | { readonly ok: true; readonly image: ImageInfo }
  /** The recipe itself failed; engine trouble is thrown as a `DriverError` instead. */
  | { readonly ok: false; readonly exitCode: number | null; readonly message: string };

/** Puts files into a deployment's volume and lets the storage initializer verify and arrange them. */
export interface StageSpec {
  readonly deploymentId: string;
  /** Names the volume: equal content, equal volume. */
  readonly contentHash: string;
  readonly initializerImage: string;
  readonly items: readonly StageItem[];
}

export interface StageItem {
  readonly kind: "model" | "code";
  /** Folder below the volume's root, e.g. `azureml-models/diabetes/1/model` or `onlinescoring`; its first segment has no leading dot. */
  readonly target: string;
  readonly files: readonly AssetFile[];
}

/** Opens a blob of the artifact store as a byte stream; rejects when it is missing. */
export type ArtifactOpener = (sha256: string) => Promise<AsyncIterable<Uint8Array>>;

export type StageOutcome = { readonly ok: true; readonly volume: string } | { readonly ok: false; readonly exitCode: number; readonly message: string };

/** Everything needed to create one instance's container; frozen in the instance's row. */
export interface InstanceRunSpec {
  readonly instanceId: string;
  readonly deploymentId: string;
  readonly endpointName: string;
  readonly deploymentName: string;
  readonly slot: number;
  readonly specHash: string;
  readonly image: string;
  /** Null keeps the image's own command. */
  readonly command: readonly string[] | null;
  /** Null for the user of the platform's serving images. Never root. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  /** Size of `/dev/shm`, within the memory; null for the engine's 64 MiB. */
  readonly sharedMemoryMib: number | null;
  readonly environment: Readonly<Record<string, string>>;
  /** Volume name and where its folders appear, always read-only. */
  readonly mounts: readonly { readonly volume: string; readonly subPath: string; readonly target: string }[];
  readonly address: string;
  readonly port: number;
  /** Already capped to the host. */
  readonly cpuCores: number;
  readonly memoryMib: number;
  readonly gpuCount: number;
  readonly pidsLimit: number;
}

export type ContainerPhase = "created" | "running" | "paused" | "exited";

export interface InstanceObservation {
  readonly instanceId: string;
  readonly deploymentId: string;
  readonly specHash: string;
  readonly containerId: string;
  readonly phase: ContainerPhase;
  readonly address: string | null;
  /** Where it really listens when that is not the port of its spec (instances of the `sim` driver share one address). */
  readonly port?: number;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The engine's own word on why it could not start, else empty. */
  readonly error: string;
  /** Unix milliseconds; null before the first start. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface OwnedResources {
  readonly instances: readonly InstanceObservation[];
  readonly networks: readonly { readonly deploymentId: string; readonly subnet: string }[];
  readonly volumes: readonly { readonly name: string; readonly deploymentId: string; readonly contentHash: string; readonly createdAt: number }[];
  readonly images: readonly (ImageInfo & { readonly contentHash: string; readonly createdAt: number })[];
  /** Containers that list an image's packages. One that is older than a listing may last belongs to nobody any more. */
  readonly inspectors: readonly { readonly name: string; readonly createdAt: number }[];
}

/** An image that set-up made for all installations of this machine. */
export interface PlatformImage {
  readonly reference: string;
  /** Which of the platform's images it is, such as `gateway`. */
  readonly name: string;
  readonly createdAt: number;
}

export interface LogLine {
  /** Unix milliseconds with fraction, as the engine stamped it. */
  readonly at: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface StatsSample {
  readonly at: number;
  /** Cores in use, averaged since the previous sample. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
}

export type InstanceEventKind = "created" | "started" | "exited" | "out_of_memory" | "paused" | "unpaused" | "removed";

export interface InstanceEvent {
  readonly kind: InstanceEventKind;
  readonly instanceId: string;
  readonly at: number;
}

/**
 * Compute in our own words. Every verb is idempotent: "already there with my hash" and "already gone" are success.
 * Verbs reject with `DriverError` and never retry by themselves; the reconcilers decide that.
 */
export interface ComputeDriver {
  readonly name: "docker" | "sim";
  hostView(signal?: AbortSignal): Promise<DriverHostView>;

  ensureNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(deploymentId: string): Promise<void>;

  /** Finds an image by reference without pulling it. */
  findImage(reference: string): Promise<ImageInfo | null>;
  /** Pulls a reference; rejects with `image_missing`, `image_denied` or `registry_unreachable`. */
  pullImage(reference: string, auth: RegistryAuth | null, signal?: AbortSignal): Promise<ImageInfo>;
  /** The digest that the reference has in its registry now, without pulling; rejects like `pullImage`. */
  resolveImage(reference: string, auth: RegistryAuth | null, signal?: AbortSignal): Promise<string>;
  /** Signs in; rejects with `image_denied` or `registry_unreachable`. */
  checkRegistry(auth: RegistryAuth, signal?: AbortSignal): Promise<void>;
  /** Builds, or finds the image of the same content hash. `onLog` gets whole lines. */
  buildImage(spec: BuildSpec, open: ArtifactOpener, onLog: (line: string) => void, signal?: AbortSignal): Promise<BuildOutcome>;
  /** What is installed in an image of the host; `script` is `list-packages.py`. Nothing of the image gets network or privileges. */
  inspectPackages(reference: string, script: string, signal?: AbortSignal): Promise<ImageContents>;
  removeInspector(name: string): Promise<void>;
  /** Takes the reference away, and the image with its last one; rejects with `already_exists` while a container uses it. */
  removeImage(reference: string): Promise<void>;

  /** Fills and verifies the deployment's volume; an already verified volume of the same hash is success. */
  stageVolume(spec: StageSpec, open: ArtifactOpener, onLog: (line: string) => void, signal?: AbortSignal): Promise<StageOutcome>;
  /** Takes what a staging that was broken off left beside the volume along; rejects with `already_exists` while an instance uses it. */
  removeVolume(name: string): Promise<void>;

  /** Creates the container under a name derived from the instance id; an existing one with the same spec hash is success. */
  createInstance(spec: InstanceRunSpec): Promise<InstanceObservation>;
  startInstance(instanceId: string): Promise<void>;
  /** Asks it to end, then ends it after the grace period (milliseconds). */
  stopInstance(instanceId: string, graceMs: number): Promise<void>;
  removeInstance(instanceId: string): Promise<void>;
  inspectInstance(instanceId: string): Promise<InstanceObservation | null>;
  /** Everything that carries this installation's labels. */
  listOwned(): Promise<OwnedResources>;
  /** The platform's images, those of earlier versions included; other installations may use them. */
  listPlatformImages(): Promise<readonly PlatformImage[]>;

  /** One HTTP GET; 2xx is success. Never rejects: what went wrong is the outcome. */
  probe(instanceId: string, address: string, route: HttpRoute, timeoutMs: number): Promise<ProbeOutcome>;

  /** Streams lines from `sinceMs` on; ends when the container's log ends (or the signal aborts when following). */
  logs(
    instanceId: string,
    options: { readonly sinceMs?: number; readonly tail?: number; readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<LogLine>;
  /** Bytes that the instance holds now, less what the kernel could drop at once; null when it does not run. */
  memoryOf(instanceId: string): Promise<number | null>;
  /** One sample per `intervalMs` until the signal aborts or the container ends. */
  stats(instanceId: string, intervalMs: number, signal: AbortSignal): AsyncIterable<StatsSample>;
  /** Events from now on until the signal aborts; after a reconnect callers must list again, since engines forget. */
  events(signal: AbortSignal): AsyncIterable<InstanceEvent>;
}
