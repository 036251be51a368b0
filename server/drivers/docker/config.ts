import type { ContainerCreateOptions, NetworkCreateOptions, ImageBuildOptions } from "dockerode";
import { loginsArgument } from "#server/domain/environment/index-logins";
import { DriverError, type BuildSpec, type InstanceRunSpec, type NetworkSpec, type StageSpec } from "../compute-driver";
import type { Ownership } from "./labels";
import { registryConfig } from "./registry-auth";

const mib = 1024 * 1024;

/** The user of every serving image; model and code belong to it. */
const instanceUser = { uid: 1001, gid: 1001 } as const;
/** Where a deployment's volume appears while it is staged. */
export const stageRoot = "/stage";
/** Folder of the volume that holds what the initializer has not yet placed. */
export const incomingFolder = ".incoming";
const planFile = `${stageRoot}/${incomingFolder}/plan.json`;
export const readyMarker = ".ready";

/** Enough for a few thousand lines; the collector keeps the rest beyond the container's life. */
const logConfig = { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } };
/** gunicorn heartbeats and control socket, Python temporaries: a read-only root leaves no other place. */
const temporaryMib = 64;

const nanoCpus = (cores: number): number => Math.round(cores * 1e9);

function environmentOf(spec: InstanceRunSpec): string[] {
  return Object.entries({ HOME: "/tmp", ...spec.environment }).map(([name, value]) => `${name}=${value}`);
}

/** The engine's body for one instance. Throws `invalid_config` for a mount of a part of a volume, which old engines lack. */
export function instanceBody(spec: InstanceRunSpec, own: Ownership): ContainerCreateOptions {
  if (spec.mounts.some((mount) => mount.subPath !== ""))
    throw new DriverError("invalid_config", "a part of a volume cannot be mounted; mount the whole volume");
  const network = own.networkName(spec.deploymentId);
  const user = spec.user ?? instanceUser;
  return {
    name: own.containerName(spec.instanceId),
    Image: spec.image,
    ...(spec.command === null ? {} : { Cmd: [...spec.command] }),
    Env: environmentOf(spec),
    User: `${String(user.uid)}:${String(user.gid)}`,
    Labels: { ...own.instanceLabels(spec) },
    // Azure's probes are ours to make; a health check of the image would only burn CPU.
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      Init: true,
      NanoCpus: nanoCpus(spec.cpuCores),
      Memory: spec.memoryMib * mib,
      // Equal to Memory: no swap, so that running out of memory is seen and not felt as slowness.
      MemorySwap: spec.memoryMib * mib,
      PidsLimit: spec.pidsLimit,
      ...(spec.sharedMemoryMib === null ? {} : { ShmSize: spec.sharedMemoryMib * mib }),
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,size=${String(temporaryMib)}m,mode=1777` },
      // A dead instance is replaced by the reconciler, never revived behind its back.
      RestartPolicy: { Name: "no" },
      LogConfig: logConfig,
      NetworkMode: network,
      Mounts: spec.mounts.map((mount) => ({ Type: "volume" as const, Source: mount.volume, Target: mount.target, ReadOnly: true })),
      ...(spec.gpuCount > 0 ? { DeviceRequests: [{ Driver: "nvidia", Count: spec.gpuCount, Capabilities: [["gpu"]] }] } : {}),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: spec.address } } } },
  };
}

/** The engine's body for a deployment's bridge. Instances on it cannot reach each other, only be reached from the host. */
export function networkBody(spec: NetworkSpec, own: Ownership): NetworkCreateOptions {
  return {
    Name: own.networkName(spec.deploymentId),
    Driver: "bridge",
    CheckDuplicate: true,
    Internal: false,
    IPAM: { Driver: "default", Config: [{ Subnet: spec.subnet, Gateway: spec.gateway }] },
    Options: { "com.docker.network.bridge.enable_icc": "false" },
    Labels: { ...own.networkLabels(spec) },
  };
}

export interface BuildNetwork {
  readonly subnet: string;
  readonly gateway: string;
}

/** The engine's body for the bridge on which images are built; the engine chooses addresses when none are given. */
export function buildNetworkBody(network: BuildNetwork | null, own: Ownership): NetworkCreateOptions {
  return {
    Name: own.buildNetworkName,
    Driver: "bridge",
    CheckDuplicate: true,
    ...(network === null ? {} : { IPAM: { Driver: "default", Config: [{ Subnet: network.subnet, Gateway: network.gateway }] } }),
    Options: { "com.docker.network.bridge.enable_icc": "false" },
    Labels: { ...own.buildNetworkLabels() },
  };
}

/** Fixed by the engine's default; a quota counts against it. */
const cpuPeriodMicros = 100_000;

/** Query of a build: the classic builder, limited, on its own network, leaving nothing behind when it fails. */
export function buildQuery(spec: BuildSpec, own: Ownership): ImageBuildOptions {
  return {
    t: own.imageTag(spec.repository, spec.contentHash),
    dockerfile: "Dockerfile",
    rm: true,
    forcerm: true,
    networkmode: own.buildNetworkName,
    memory: spec.memoryMib * mib,
    memswap: spec.memoryMib * mib,
    cpuperiod: cpuPeriodMicros,
    cpuquota: Math.round(spec.cpuCores * cpuPeriodMicros),
    buildargs: { ...spec.buildArgs, ...(spec.indexLogins === null ? {} : { [loginsArgument]: spec.indexLogins.reveal() }) },
    ...(spec.registryAuths.length === 0 ? {} : { registryconfig: registryConfig(spec.registryAuths) }),
    labels: { ...own.imageLabels(spec.contentHash) },
  };
}

const stageMount = (volume: string) => ({ Type: "volume" as const, Source: volume, Target: stageRoot });

/** A container that is never started: files are put into the volume through it. */
export function carrierBody(spec: StageSpec, volume: string, own: Ownership): ContainerCreateOptions {
  return {
    name: own.stagerName("carrier", volume),
    Image: spec.initializerImage,
    Labels: { ...own.stagerLabels("carrier", spec) },
    // Writable root on purpose: the engine refuses to copy into a container whose root is read-only.
    HostConfig: { NetworkMode: "none", Mounts: [stageMount(volume)], LogConfig: logConfig },
  };
}

/** The storage initializer: no network, root only to give the files to the instances' user, nothing else. */
export function initializerBody(spec: StageSpec, volume: string, own: Ownership): ContainerCreateOptions {
  return {
    name: own.stagerName("initializer", volume),
    Image: spec.initializerImage,
    Cmd: [planFile],
    User: "0:0",
    Labels: { ...own.stagerLabels("initializer", spec) },
    HostConfig: {
      Init: true,
      NetworkMode: "none",
      Mounts: [stageMount(volume)],
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      SecurityOpt: ["no-new-privileges:true"],
      PidsLimit: 64,
      Memory: 512 * mib,
      MemorySwap: 512 * mib,
      RestartPolicy: { Name: "no" },
      LogConfig: logConfig,
    },
  };
}

/** The initializer's plan: what to verify and where to put it. Blobs lie under their digest in the incoming folder. */
export function stagePlan(spec: StageSpec): string {
  return JSON.stringify({
    source: `${stageRoot}/${incomingFolder}`,
    target: stageRoot,
    ...instanceUser,
    marker: readyMarker,
    files: spec.items.flatMap((item) =>
      item.files.map((file) => ({
        path: file.sha256,
        sha256: file.sha256,
        size: file.sizeBytes,
        target: item.target === "" ? file.path : `${item.target}/${file.path}`,
        mode: "0444",
      })),
    ),
  });
}
