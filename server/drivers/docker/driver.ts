import type { Clock } from "#server/kernel/clock";
import {
  DriverError,
  type ComputeDriver,
  type InstanceEvent,
  type InstanceObservation,
  type InstanceRunSpec,
  type LogLine,
  type NetworkSpec,
  type OwnedResources,
  type PlatformImage,
  type StatsSample,
} from "../compute-driver";
import { probeHttp } from "../http-probe";
import { buildImage, findImage } from "./build";
import { EngineClient } from "./client";
import { instanceBody, networkBody, type BuildNetwork } from "./config";
import { driverErrorOf } from "./errors";
import { eventActions, instanceEvent } from "./events";
import { inspectPackages } from "./inspect-packages";
import { Ownership, labelValue, platformImageLabel } from "./labels";
import { logLines } from "./logs";
import { observationOf } from "./observation";
import { removeVolume, stageVolume } from "./stage";
import { memoryInUse, statsSample } from "./stats";

export interface DockerDriverOptions {
  readonly socketPath: string;
  /** Installation id: lower-case letters and digits; part of every name and label. */
  readonly installation: string;
  /** Addresses of the bridge for builds; null lets the engine choose. */
  readonly buildNetwork?: BuildNetwork | null;
  readonly clock: Pick<Clock, "now">;
}

const mib = 1024 * 1024;
/** Inspecting a hundred containers at once would make the engine's other answers slow. */
const inspectBatch = 8;

/** The engine takes seconds with a fraction. */
const engineTime = (ms: number): string => (ms / 1000).toFixed(6);

/** Compute on one local Docker engine. Opens no connection before its first verb, and keeps nothing in memory that matters. */
export function createDockerDriver(options: DockerDriverOptions): ComputeDriver {
  const client = new EngineClient(options.socketPath);
  const own = new Ownership(options.installation);
  const nameOf = (instanceId: string) => own.containerName(instanceId);

  const inspectInstance = async (instanceId: string): Promise<InstanceObservation | null> => {
    const info = await client.inspectContainer(nameOf(instanceId));
    return info === null || !own.ownsInstance(info.Config.Labels, info.Name) ? null : observationOf(info);
  };

  return {
    name: "docker",
    async hostView(signal) {
      const info = await client.info(signal);
      return {
        cpuCores: info.NCPU,
        memoryMib: Math.floor(info.MemTotal / mib),
        engineVersion: info.ServerVersion,
        gpuRuntime: Object.hasOwn(info.Runtimes ?? {}, "nvidia"),
      };
    },

    ensureNetwork: (spec) => ensureNetwork(client, own, spec),
    removeNetwork: (deploymentId) => client.removeNetwork(own.networkName(deploymentId)),

    findImage: (reference) => findImage(client, reference),
    async pullImage(reference, auth, signal) {
      await client.pullImage(reference, auth, signal);
      const image = await findImage(client, reference);
      if (image === null) throw new DriverError("internal", `pull image: ${reference} is missing although it was pulled`);
      return image;
    },
    resolveImage: (reference, auth, signal) => client.distributionDigest(reference, auth, signal),
    checkRegistry: (auth, signal) => client.checkAuth(auth, signal),
    buildImage: (spec, open, onLog, signal) =>
      buildImage({ client, own, network: options.buildNetwork ?? null, clock: options.clock }, spec, open, onLog, signal),
    inspectPackages: (reference, script, signal) => inspectPackages(client, own, reference, script, signal),
    removeInspector: (name) => client.removeContainer(name),
    removeImage: (reference) => client.removeImage(reference),

    stageVolume: (spec, open, onLog, signal) => stageVolume({ client, own }, spec, open, onLog, signal),
    removeVolume: (name) => removeVolume({ client, own }, name),

    async createInstance(spec) {
      const body = instanceBody(spec, own);
      await assertSurroundings(client, own, spec);
      const created = await client.createContainer(body);
      const found = await inspectInstance(spec.instanceId);
      if (found?.specHash === spec.specHash) return found;
      if (created) throw new DriverError("internal", "create container: it vanished at once");
      throw new DriverError("already_exists", "create container: the name is taken by another spec");
    },
    startInstance: (instanceId) => client.startContainer(nameOf(instanceId)),
    stopInstance: (instanceId, graceMs) => client.stopContainer(nameOf(instanceId), Math.ceil(graceMs / 1000)),
    removeInstance: (instanceId) => client.removeContainer(nameOf(instanceId)),
    inspectInstance,
    listOwned: () => listOwned(client, own),
    listPlatformImages: () => listPlatformImages(client),

    probe: (_instanceId, address, route, timeoutMs) => probeHttp(address, route, timeoutMs),

    logs: (instanceId, { sinceMs, tail, follow, signal }) =>
      readLogs(client, nameOf(instanceId), {
        follow,
        ...(sinceMs === undefined ? {} : { since: engineTime(sinceMs) }),
        ...(tail === undefined ? {} : { tail }),
        ...(signal === undefined ? {} : { signal }),
      }),
    async memoryOf(instanceId) {
      const reading = await client.containerReading(nameOf(instanceId));
      return reading === null ? null : memoryInUse(reading);
    },
    stats: (instanceId, intervalMs, signal) => readStats(client, nameOf(instanceId), intervalMs, signal),
    // The time of the call, not of the first read: nothing is lost between listing and reading.
    events: (signal) => readEvents(client, own, options.clock.now() / 1000, signal),
  };
}

async function ensureNetwork(client: EngineClient, own: Ownership, spec: NetworkSpec): Promise<void> {
  if ((await client.inspectNetwork(own.networkName(spec.deploymentId))) === null && (await client.createNetwork(networkBody(spec, own)))) return;
  const found = await client.inspectNetwork(own.networkName(spec.deploymentId));
  const subnet = found?.IPAM?.Config?.[0]?.Subnet;
  if (subnet !== spec.subnet) throw new DriverError("already_exists", `create network: it exists with ${subnet ?? "no subnet"} instead of ${spec.subnet}`);
}

/** The engine would make a missing volume, and the instance would start without model and code; a missing network would show at the start only. */
async function assertSurroundings(client: EngineClient, own: Ownership, spec: InstanceRunSpec): Promise<void> {
  if ((await client.inspectNetwork(own.networkName(spec.deploymentId))) === null)
    throw new DriverError("not_found", "create container: its network is missing");
  for (const { volume } of spec.mounts) {
    if (!own.owns((await client.inspectVolume(volume))?.Labels, "volume"))
      throw new DriverError("not_found", `create container: the volume ${volume} is missing`);
  }
}

async function listInstances(client: EngineClient, own: Ownership): Promise<readonly InstanceObservation[]> {
  const containers = await client.listContainers(own.filter("instance"));
  const found: InstanceObservation[] = [];
  for (let start = 0; start < containers.length; start += inspectBatch) {
    const batch = await Promise.all(containers.slice(start, start + inspectBatch).map(({ Id }) => client.inspectContainer(Id)));
    for (const info of batch) if (info !== null && own.ownsInstance(info.Config.Labels, info.Name)) found.push(observationOf(info));
  }
  return found;
}

async function listOwned(client: EngineClient, own: Ownership): Promise<OwnedResources> {
  const [instances, networks, volumes, images, inspectors] = await Promise.all([
    listInstances(client, own),
    client.listNetworks(own.filter("network")),
    client.listVolumes(own.filter("volume")),
    client.listImages(own.filter("image")),
    client.listContainers(own.filter("inspector")),
  ]);
  return {
    instances,
    networks: networks.map(({ Labels }) => ({ deploymentId: labelValue(Labels, "deployment"), subnet: labelValue(Labels, "subnet") })),
    volumes: volumes.map((volume) => ({
      name: volume.Name,
      deploymentId: labelValue(volume.Labels, "deployment"),
      contentHash: labelValue(volume.Labels, "contentHash"),
      createdAt: Date.parse((volume as { CreatedAt?: string }).CreatedAt ?? "") || 0,
    })),
    images: images.flatMap((image) => {
      const contentHash = labelValue(image.Labels, "contentHash");
      // Images that were built upon one of ours inherit its label, but not its tag.
      const reference = image.RepoTags?.find((tag) => contentHash !== "" && tag === own.imageTag(tag.slice(0, tag.lastIndexOf(":")), contentHash));
      return reference === undefined ? [] : [{ reference, id: image.Id, sizeBytes: image.Size, digests: [], contentHash, createdAt: image.Created * 1000 }];
    }),
    inspectors: inspectors
      .map(({ Names, Created }) => ({ name: (Names[0] ?? "").replace(/^\//, ""), createdAt: Created * 1000 }))
      .filter(({ name }) => name.startsWith(own.inspectorName(""))),
  };
}

async function listPlatformImages(client: EngineClient): Promise<readonly PlatformImage[]> {
  const images = await client.listImages({ label: [platformImageLabel] });
  return images.flatMap((image) => {
    const name = image.Labels[platformImageLabel] ?? "";
    // Images that were built upon one of the platform's inherit its label, but not its name.
    const references = image.RepoTags?.filter((tag) => tag.startsWith(`sluice/${name}:`)) ?? [];
    return references.map((reference) => ({ reference, name, createdAt: image.Created * 1000 }));
  });
}

/** Runs a stream to its end; an abort by the reader is an end and no error. */
async function* until<T>(signal: AbortSignal | undefined, what: string, open: () => Promise<AsyncIterable<T>>): AsyncGenerator<T> {
  if (signal?.aborted) return;
  try {
    yield* await open();
  } catch (error) {
    if (!signal?.aborted) throw driverErrorOf(error, what);
  }
}

function readLogs(client: EngineClient, name: string, query: Parameters<EngineClient["containerLogs"]>[1]): AsyncIterable<LogLine> {
  return until(query.signal, "logs", async () => logLines(await client.containerLogs(name, query)));
}

async function* readStats(client: EngineClient, name: string, intervalMs: number, signal: AbortSignal): AsyncGenerator<StatsSample> {
  // The stream of an ended container stays open and silent, so its end is awaited apart.
  const end = new AbortController();
  const over = AbortSignal.any([signal, end.signal]);
  const watching = client.waitContainer(name, over).then(
    () => end.abort(),
    () => undefined,
  );
  let previous: Parameters<typeof statsSample>[0] | null = null;
  // The engine gives one reading per second; a tolerance keeps its jitter from doubling the interval.
  const toleranceMs = 300;
  try {
    for await (const current of until(over, "stats", () => client.containerStats(name, over))) {
      if (previous !== null && Date.parse(current.read) - Date.parse(previous.read) < intervalMs - toleranceMs) continue;
      const sample = previous === null ? null : statsSample(previous, current);
      previous = current;
      if (sample !== null) yield sample;
    }
  } finally {
    end.abort();
    await watching;
  }
}

async function* readEvents(client: EngineClient, own: Ownership, sinceSeconds: number, signal: AbortSignal): AsyncGenerator<InstanceEvent> {
  const filters = { ...own.filter("instance"), type: ["container"], event: eventActions };
  for await (const raw of until(signal, "events", () => client.events(filters, sinceSeconds, signal))) {
    const event = instanceEvent(raw, own);
    if (event !== null) yield event;
  }
  if (!signal.aborted) throw new DriverError("unreachable", "events: the engine closed the stream");
}
