import Docker, {
  type Container,
  type ContainerCreateOptions,
  type ContainerInspectInfo,
  type ContainerStats,
  type ImageBuildOptions,
  type ImageInspectInfo,
  type NetworkCreateOptions,
  type NetworkInspectInfo,
  type VolumeInspectInfo,
} from "dockerode";
import { Readable } from "node:stream";
import { DriverError, type RegistryAuth } from "../compute-driver";
import { driverErrorOf, driverErrorOfText, isAlready, isConflict, isGone, isRemovalInProgress } from "./errors";
import { jsonLines } from "./lines";
import { authConfig } from "./registry-auth";

type ByteStream = AsyncIterable<Uint8Array>;

interface EngineInfo {
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly DockerRootDir: string;
  readonly ServerVersion: string;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
}

const abortable = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });

/** The engine's calls as we need them: classified errors, "already so" and "already gone" as success, streams as async iterables. */
export class EngineClient {
  readonly #engine: Docker;

  constructor(socketPath: string) {
    this.#engine = new Docker({ socketPath });
  }

  info(signal?: AbortSignal): Promise<EngineInfo> {
    // The package's types lack the options that its code takes.
    const engine = this.#engine as unknown as { info(options: object): Promise<EngineInfo> };
    return this.#call("engine info", () => engine.info(signal === undefined ? {} : { abortSignal: signal }));
  }

  inspectContainer(name: string): Promise<ContainerInspectInfo | null> {
    return this.#orGone("inspect container", () => this.#engine.getContainer(name).inspect());
  }
  listContainers(filters: { label: string[] }) {
    return this.#call("list containers", () => this.#engine.listContainers({ all: true, filters }));
  }
  /** Bytes that each of these containers has written to its own layer; those that are gone are left out. */
  async containerSizes(ids: readonly string[]): Promise<readonly number[]> {
    if (ids.length === 0) return [];
    const query = { all: true, size: true, filters: { id: [...ids] } };
    // The package's types lack the field that `size` adds; an empty layer has none.
    const found = await this.#call("container sizes", () => this.#engine.listContainers(query) as Promise<readonly { readonly SizeRw?: number }[]>);
    return found.map(({ SizeRw }) => SizeRw ?? 0);
  }
  /** False when the name is taken; the caller judges by whom. */
  async createContainer(body: ContainerCreateOptions): Promise<boolean> {
    try {
      await this.#engine.createContainer(body);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw driverErrorOf(error, "create container");
    }
  }
  async startContainer(name: string): Promise<void> {
    await this.#unless("start container", isAlready, () => this.#engine.getContainer(name).start());
  }
  async stopContainer(name: string, graceSeconds: number): Promise<void> {
    await this.#unless(
      "stop container",
      (error) => isAlready(error) || isGone(error),
      () => this.#engine.getContainer(name).stop({ t: graceSeconds }),
    );
  }
  async removeContainer(name: string): Promise<void> {
    await this.#unless(
      "remove container",
      (error) => isGone(error) || isRemovalInProgress(error),
      () => this.#engine.getContainer(name).remove({ force: true }),
    );
  }
  /** Resolves with the exit code when the container has ended. */
  async waitContainer(name: string, signal?: AbortSignal): Promise<number> {
    const outcome = await this.#call(
      "wait for container",
      () => this.#engine.getContainer(name).wait(signal === undefined ? {} : { abortSignal: signal }) as Promise<{ StatusCode: number }>,
    );
    return outcome.StatusCode;
  }
  /** Multiplexed, stamped frames. */
  async containerLogs(name: string, options: { since?: string; tail?: number; follow: boolean; signal?: AbortSignal }): Promise<ByteStream> {
    const container: Container = this.#engine.getContainer(name);
    const query = {
      stdout: true,
      stderr: true,
      timestamps: true,
      ...(options.since === undefined ? {} : { since: options.since }),
      ...(options.tail === undefined ? {} : { tail: options.tail }),
      ...(options.signal === undefined ? {} : { abortSignal: options.signal }),
    };
    if (!options.follow) return Readable.from([await this.#call("logs", () => container.logs({ ...query, follow: false }))]);
    return (await this.#call("logs", () => container.logs({ ...query, follow: true }))) as unknown as ByteStream;
  }
  async containerStats(name: string, signal: AbortSignal): Promise<AsyncGenerator<ContainerStats>> {
    const query = { stream: true as const, abortSignal: signal };
    const stream = await this.#call("stats", () => this.#engine.getContainer(name).stats(query));
    return jsonLines(stream) as AsyncGenerator<ContainerStats>;
  }
  /** One reading now; null when there is no such container. */
  containerReading(name: string): Promise<ContainerStats | null> {
    return this.#orGone("stats", () => this.#engine.getContainer(name).stats({ stream: false, "one-shot": true }));
  }
  /** The tar of one path inside a container, or null when there is no such path. */
  getArchive(name: string, path: string): Promise<ByteStream | null> {
    return this.#orGone("read from container", async () => (await this.#engine.getContainer(name).getArchive({ path })) as unknown as ByteStream);
  }
  async putArchive(name: string, path: string, tar: NodeJS.ReadableStream, signal?: AbortSignal): Promise<void> {
    await this.#call("copy into container", () =>
      this.#engine.getContainer(name).putArchive(tar, { path, ...(signal === undefined ? {} : { abortSignal: signal }) }),
    );
  }

  inspectNetwork(name: string): Promise<NetworkInspectInfo | null> {
    return this.#orGone("inspect network", () => this.#engine.getNetwork(name).inspect());
  }
  listNetworks(filters: { label: string[] }) {
    return this.#call("list networks", () => this.#engine.listNetworks({ filters }));
  }
  /** False when the name is taken. */
  async createNetwork(body: NetworkCreateOptions): Promise<boolean> {
    try {
      await this.#engine.createNetwork(body);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw driverErrorOf(error, "create network");
    }
  }
  async removeNetwork(name: string): Promise<void> {
    await this.#unless("remove network", isGone, () => this.#engine.getNetwork(name).remove() as Promise<unknown>);
  }

  inspectVolume(name: string): Promise<VolumeInspectInfo | null> {
    return this.#orGone("inspect volume", () => this.#engine.getVolume(name).inspect());
  }
  async listVolumes(filters: { label: string[] }): Promise<readonly VolumeInspectInfo[]> {
    const answer = await this.#call("list volumes", () => this.#engine.listVolumes({ filters: JSON.stringify(filters) as unknown as { label: string[] } }));
    return (answer as { Volumes?: VolumeInspectInfo[] | null }).Volumes ?? [];
  }
  async createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#call("create volume", () => this.#engine.createVolume({ Name: name, Labels: { ...labels } }));
  }
  async removeVolume(name: string): Promise<void> {
    await this.#unless("remove volume", isGone, () => this.#engine.getVolume(name).remove() as Promise<unknown>);
  }

  inspectImage(reference: string): Promise<ImageInspectInfo | null> {
    return this.#orGone("inspect image", () => this.#engine.getImage(reference).inspect());
  }
  listImages(filters: { label: string[] }) {
    return this.#call("list images", () => this.#engine.listImages({ filters: JSON.stringify(filters) }));
  }
  async removeImage(reference: string): Promise<void> {
    await this.#unless("remove image", isGone, () => this.#engine.getImage(reference).remove() as Promise<unknown>);
  }
  /** Removes one layer without a name; its parents stay. */
  async removeLayer(id: string): Promise<void> {
    await this.#unless("remove layer", isGone, () => this.#engine.getImage(id).remove({ noprune: true }) as Promise<unknown>);
  }
  /** Pulls to the end; an error inside the stream rejects like one before it. */
  async pullImage(reference: string, auth: RegistryAuth | null, signal?: AbortSignal): Promise<void> {
    await this.#atRegistry(async () => {
      const query = { ...abortable(signal), ...(auth === null ? {} : { authconfig: authConfig(auth) }) };
      const stream = await this.#call("pull image", () => this.#engine.pull(reference, query) as Promise<unknown>);
      for await (const event of jsonLines(stream as ByteStream)) {
        const failure = (event as { error?: string }).error;
        if (failure !== undefined) throw driverErrorOfText(failure, "pull image");
      }
    });
  }
  distributionDigest(reference: string, auth: RegistryAuth | null, signal?: AbortSignal): Promise<string> {
    const query = { ...abortable(signal), ...(auth === null ? {} : { authconfig: authConfig(auth) }) };
    // The package's types know neither this call's options nor its answer.
    const image = this.#engine.getImage(reference) as unknown as { distribution(options: object): Promise<{ Descriptor: { digest: string } }> };
    return this.#atRegistry(async () => (await this.#call("resolve image", () => image.distribution(query))).Descriptor.digest);
  }
  async checkAuth(auth: RegistryAuth, signal?: AbortSignal): Promise<void> {
    await this.#atRegistry(() => this.#call("sign in", () => this.#engine.checkAuth({ ...authConfig(auth), ...abortable(signal) })));
  }
  /** Events of a build as the engine writes them, errors included. */
  async buildImage(context: NodeJS.ReadableStream, query: ImageBuildOptions): Promise<AsyncGenerator> {
    return jsonLines(await this.#engine.buildImage(context, query));
  }

  async events(filters: Readonly<Record<string, readonly string[]>>, sinceSeconds: number, signal: AbortSignal): Promise<AsyncGenerator> {
    const query = { since: sinceSeconds, filters: JSON.stringify(filters), abortSignal: signal };
    const stream = await this.#call("events", () => this.#engine.getEvents(query));
    return jsonLines(stream);
  }

  /** What the engine cannot reach for us is the registry; what we cannot reach is the engine. */
  async #atRegistry<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const answered = !(error instanceof DriverError) || (error.cause as { code?: string } | undefined)?.code === undefined;
      if (error instanceof DriverError && answered && (error.kind === "unreachable" || error.kind === "timeout"))
        throw new DriverError("registry_unreachable", error.message, { cause: error });
      throw error;
    }
  }
  async #call<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw driverErrorOf(error, what);
    }
  }
  async #orGone<T>(what: string, run: () => Promise<T>): Promise<T | null> {
    try {
      return await run();
    } catch (error) {
      if (isGone(error)) return null;
      throw driverErrorOf(error, what);
    }
  }
  async #unless(what: string, fine: (error: unknown) => boolean, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!fine(error)) throw driverErrorOf(error, what);
    }
  }
}
