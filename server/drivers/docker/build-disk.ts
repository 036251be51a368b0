import { statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { BuildSpec } from "../compute-driver";
import type { EngineClient } from "./client";
import type { Ownership } from "./labels";

const mib = 1024 * 1024;
const watchEveryMs = 1000;
/** The builder removes the container of a build that was stopped some moments later; until then its layers are in use. */
const discardEveryMs = 200;
const discardLooks = 100;

/** What the classic builder says of a step, of the container that runs it, and of the layer that it left. */
const stepLine = /^Step (\d+)\/\d+ : (.*)$/;
const shownStep = 120;
const containerLine = /^ ---> Running in ([0-9a-f]{12})$/;
const layerLine = /^ ---> ([0-9a-f]{12})$/;

const size = (amountMib: number): string =>
  amountMib >= 1024 ? `${String(Math.round((amountMib / 1024) * 10) / 10)} GiB` : `${String(Math.floor(amountMib))} MiB`;

/** MiB that the engine's disk has left; null where that disk is not one of this machine's folders (an engine in a virtual machine). */
async function freeMib(root: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(root);
    return (bavail * bsize) / mib;
  } catch {
    return null;
  }
}

/**
 * The disk of one build: what its steps write, in layers and in the container that runs, and what the engine's disk has left. The builder has
 * no limit of its own and numbers its containers and layers only in its log. A recipe that prints such lines itself has more counted, never less.
 */
export class BuildDisk {
  readonly #containers = new Set<string>();
  /** Layers that this build made, oldest first, with the bytes that each added. */
  readonly #layers = new Map<string, number>();
  readonly #exceeded = new AbortController();
  #step = "";
  /** The engine's folder; asked for once, as an engine's answer about itself is costly. */
  #root: string | null = null;

  /** `since`: Unix milliseconds; an older layer is of an earlier build and was only found again. */
  constructor(
    private readonly client: EngineClient,
    private readonly own: Ownership,
    private readonly limits: Pick<BuildSpec, "diskMib" | "freeDiskMib">,
    private readonly since: number,
  ) {}

  /** Aborts, with the sentence to show as its reason, when the build has to end. */
  get exceeded(): AbortSignal {
    return this.#exceeded.signal;
  }

  /** Takes in a line of the builder's log. */
  async note(line: string): Promise<void> {
    const step = stepLine.exec(line);
    if (step !== null) this.#step = ` in step ${step[1] ?? ""}, ${(step[2] ?? "").slice(0, shownStep)}`;
    const [container, layer] = [containerLine, layerLine].map((pattern) => pattern.exec(line)?.[1]);
    if (container !== undefined) await this.#noteContainer(container);
    if (layer !== undefined) await this.#noteLayer(layer);
  }

  /** Why no build may go on now, or null: a sentence without its end. */
  async shortage(): Promise<string | null> {
    this.#root ??= (await this.client.info()).DockerRootDir;
    const free = await freeMib(this.#root);
    return free === null || free >= this.limits.freeDiskMib
      ? null
      : `The engine's disk has ${size(free)} left, less than the ${size(this.limits.freeDiskMib)} that builds leave free`;
  }

  /** Looks every second until the signal aborts; a look that the engine does not answer is made up for by the next. */
  async watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(watchEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const reason = await this.#excess().catch(() => null);
      if (reason !== null) this.#exceeded.abort(`${reason}; it was stopped${this.#step}.`);
    }
  }

  /** Takes the layers of this build off the disk again; a later build would otherwise find them, and nothing else removes them. */
  async discard(): Promise<void> {
    for (let look = 0; look < discardLooks && (await this.#isRunning()); look += 1) await sleep(discardEveryMs);
    for (const id of [...this.#layers.keys()].reverse()) await this.client.removeLayer(id).catch(() => undefined);
  }

  async #isRunning(): Promise<boolean> {
    for (const id of this.#containers) if ((await this.client.inspectContainer(id)) !== null) return true;
    return false;
  }

  async #noteContainer(id: string): Promise<void> {
    const info = await this.client.inspectContainer(id);
    if (info?.HostConfig.NetworkMode === this.own.buildNetworkName) this.#containers.add(info.Id);
  }

  async #noteLayer(id: string): Promise<void> {
    const image = await this.client.inspectImage(id);
    if (image === null || this.#layers.has(image.Id) || Date.parse(image.Created) < this.since) return;
    const parent = image.Parent === "" ? null : await this.client.inspectImage(image.Parent);
    this.#layers.set(image.Id, image.Size - (parent?.Size ?? image.Size));
  }

  async #excess(): Promise<string | null> {
    const running = await this.client.containerSizes([...this.#containers]);
    const written = [...this.#layers.values(), ...running].reduce((sum, bytes) => sum + bytes, 0) / mib;
    return written > this.limits.diskMib ? `The build wrote more than the ${size(this.limits.diskMib)} of disk that it may use` : this.shortage();
  }
}
