import {
  DriverError,
  type ComputeDriver,
  type InstanceEvent,
  type InstanceRunSpec,
  type LogLine,
  type OwnedResources,
  type StatsSample,
} from "../compute-driver";
import { probeHttp } from "../http-probe";
import { simBuild } from "./build";
import { simPull, simResolve, simSignIn } from "./registry";
import { simStage } from "./stage";
import type { SimContainer } from "./container";
import type { SimVerb, SimWorld } from "./world";

/** Compute in this process: instances are HTTP servers on loopback ports. Holds no state: a new driver over the same world adopts everything. */
export function createSimDriver(world: SimWorld): ComputeDriver {
  const act = async <T>(verb: SimVerb, subject: string, run: () => T | Promise<T>): Promise<T> => {
    world.onVerb(verb, "before", subject);
    const fault = world.takeFault(verb);
    if (fault !== null) throw fault;
    const outcome = await run();
    world.onVerb(verb, "after", subject);
    return outcome;
  };

  return {
    name: "sim",
    hostView: () => act("hostView", "", () => ({ cpuCores: world.cpuCores, memoryMib: world.memoryMib, engineVersion: "sim", gpuRuntime: false })),
    ensureNetwork: (spec) =>
      act("ensureNetwork", spec.deploymentId, () => {
        const known = world.networks.get(spec.deploymentId);
        if (known !== undefined && known !== spec.subnet)
          throw new DriverError("already_exists", `create network: it exists with ${known} instead of ${spec.subnet}`);
        world.networks.set(spec.deploymentId, spec.subnet);
      }),
    removeNetwork: (deploymentId) =>
      act("removeNetwork", deploymentId, () => {
        if ([...world.containers.values()].some(({ spec, phase }) => spec.deploymentId === deploymentId && phase === "running"))
          throw new DriverError("internal", "remove network: it has active endpoints");
        world.networks.delete(deploymentId);
      }),

    findImage: (reference) =>
      act("findImage", reference, () => {
        const image = world.images.get(reference) ?? (world.hasImage(reference) ? world.addImage(reference) : null);
        return image === null ? null : { reference, id: image.id, sizeBytes: image.sizeBytes, digests: image.digests };
      }),
    pullImage: (reference, auth) => act("pullImage", reference, () => simPull(world, reference, auth)),
    resolveImage: (reference, auth) => act("resolveImage", reference, () => simResolve(world, reference, auth)),
    checkRegistry: (auth) => act("checkRegistry", auth.registry, () => simSignIn(world, auth)),
    buildImage: (spec, _open, onLog, signal) => act("buildImage", spec.contentHash, () => simBuild(world, spec, onLog, signal)),
    inspectPackages: (reference) =>
      act("inspectPackages", reference, () => {
        if (!world.hasImage(reference)) throw new DriverError("image_missing", `list packages: No such image: ${reference}`);
        return { system: { id: "sim", version: "1" }, packages: world.packagesOf(reference) };
      }),
    removeInspector: (name) => act("removeInspector", name, () => void world.inspectors.delete(name)),
    removeImage: (reference) =>
      act("removeImage", reference, () => {
        if ([...world.containers.values()].some(({ spec }) => spec.image === reference))
          throw new DriverError("already_exists", "remove image: a container is using its referenced image");
        world.images.delete(reference);
      }),

    stageVolume: (spec, open, onLog, signal) => act("stageVolume", spec.deploymentId, () => simStage(world, spec, open, onLog, signal)),
    removeVolume: (name) =>
      act("removeVolume", name, () => {
        if ([...world.containers.values()].some(({ spec }) => spec.mounts.some((mount) => mount.volume === name)))
          throw new DriverError("already_exists", "remove volume: volume is in use");
        world.volumes.delete(name);
      }),

    createInstance: (spec) =>
      act("createInstance", spec.instanceId, async () => {
        const known = world.containers.get(spec.instanceId);
        if (known !== undefined && known.spec.specHash !== spec.specHash)
          throw new DriverError("already_exists", "create container: the name is taken by another spec");
        if (known !== undefined) return known.observation();
        assertCreatable(world, spec);
        return (await world.addContainer(spec)).observation();
      }),
    startInstance: (instanceId) =>
      act("startInstance", instanceId, () => {
        const container = world.containers.get(instanceId);
        if (container === undefined) throw new DriverError("not_found", "start container: No such container");
        const rival = [...world.containers.values()].find(
          ({ spec, phase, instanceId: id }) =>
            id !== instanceId && phase === "running" && spec.deploymentId === container.spec.deploymentId && spec.address === container.spec.address,
        );
        if (rival !== undefined) throw new DriverError("resources_exhausted", "start container: Address already in use");
        if (!container.start()) throw new DriverError("invalid_config", `start container: ${container.error}`);
      }),
    stopInstance: (instanceId, graceMs) => act("stopInstance", instanceId, () => world.containers.get(instanceId)?.stop(graceMs)),
    removeInstance: (instanceId) =>
      act("removeInstance", instanceId, () => {
        const container = world.containers.get(instanceId);
        if (container === undefined) return;
        container.end(137);
        container.close();
        world.containers.delete(instanceId);
        world.emit(instanceId, "removed");
      }),
    inspectInstance: (instanceId) => act("inspectInstance", instanceId, () => world.containers.get(instanceId)?.observation() ?? null),
    listOwned: () => act("listOwned", "", () => owned(world)),
    listPlatformImages: () => act("listPlatformImages", "", () => world.platformImages.filter((image) => world.images.has(image.reference))),

    async probe(instanceId, _address, route, timeoutMs) {
      const container = world.containers.get(instanceId);
      if (container === undefined) return { kind: "failure", message: "ECONNREFUSED" };
      if (container.phase === "paused") return { kind: "timeout" };
      return probeHttp("127.0.0.1", { path: route.path, port: container.port }, timeoutMs);
    },
    logs: (instanceId, options) => readLogs(world.containers.get(instanceId), options),
    memoryOf: (instanceId) =>
      act("memoryOf", instanceId, () => {
        const container = world.containers.get(instanceId);
        return container?.isRunning() === true ? container.sample().memoryBytes : null;
      }),
    stats: (instanceId, intervalMs, signal) => readStats(world, instanceId, intervalMs, signal),
    events: (signal) => readEvents(world, signal),
  };
}

function assertCreatable(world: SimWorld, spec: InstanceRunSpec): void {
  if (!world.networks.has(spec.deploymentId)) throw new DriverError("not_found", "create container: its network is missing");
  if (!world.hasImage(spec.image)) throw new DriverError("image_missing", `create container: No such image: ${spec.image}`);
  if (spec.cpuCores > world.cpuCores) throw new DriverError("resources_exhausted", `create container: range of CPUs is from 0.01 to ${String(world.cpuCores)}`);
  if (spec.gpuCount > 0) throw new DriverError("resources_exhausted", "create container: no GPU");
  for (const { volume, subPath } of spec.mounts) {
    if (subPath !== "") throw new DriverError("invalid_config", "a part of a volume cannot be mounted; mount the whole volume");
    if (!world.volumes.has(volume)) throw new DriverError("not_found", `create container: the volume ${volume} is missing`);
  }
}

function owned(world: SimWorld): OwnedResources {
  return {
    instances: [...world.containers.values()].map((container) => container.observation()),
    networks: [...world.networks].map(([deploymentId, subnet]) => ({ deploymentId, subnet })),
    volumes: [...world.volumes.values()].map(({ name, deploymentId, contentHash, createdAt }) => ({ name, deploymentId, contentHash, createdAt })),
    images: [...world.images.values()].filter(({ contentHash }) => contentHash !== ""),
    inspectors: [...world.inspectors].map(([name, createdAt]) => ({ name, createdAt })),
  };
}

async function* readLogs(
  container: SimContainer | undefined,
  options: { sinceMs?: number; tail?: number; follow: boolean; signal?: AbortSignal },
): AsyncGenerator<LogLine> {
  if (container === undefined) throw new DriverError("not_found", "logs: No such container");
  const wanted = (line: LogLine) => line.at >= (options.sinceMs ?? 0);
  const past = container.lines.filter(wanted);
  let next = container.lines.length;
  yield* options.tail === undefined ? past : past.slice(Math.max(0, past.length - options.tail));
  while (options.follow && !options.signal?.aborted) {
    yield* container.lines.slice(next).filter(wanted);
    next = Math.max(next, container.lines.length);
    if (container.endSignal.aborted) return;
    await container.nextChange(options.signal);
  }
}

async function* readStats(world: SimWorld, instanceId: string, intervalMs: number, signal: AbortSignal): AsyncGenerator<StatsSample> {
  const container = world.containers.get(instanceId);
  if (container === undefined) throw new DriverError("not_found", "stats: No such container");
  const over = AbortSignal.any([signal, container.endSignal]);
  while (!over.aborted) {
    try {
      await world.clock.sleep(intervalMs, over);
    } catch {
      return;
    }
    if (container.isRunning()) yield container.sample();
  }
}

/** Listens from the call on, as the other drivers do, and not from the first read. */
function readEvents(world: SimWorld, signal: AbortSignal): AsyncIterable<InstanceEvent> {
  const queue: InstanceEvent[] = [];
  let wake: () => void = () => undefined;
  const stop = world.listen((event) => {
    queue.push(event);
    wake();
  });
  signal.addEventListener(
    "abort",
    () => {
      stop();
      wake();
    },
    { once: true },
  );
  return (async function* () {
    while (!signal.aborted) {
      const event = queue.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  })();
}
