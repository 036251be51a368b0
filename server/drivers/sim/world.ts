import { createHash } from "node:crypto";
import type { ImagePackage } from "#server/domain/environment/packages";
import type { Clock } from "#server/kernel/clock";
import type { ComputeDriver, DriverError, ImageInfo, InstanceEvent, InstanceEventKind, InstanceRunSpec, PlatformImage, StageItem } from "../compute-driver";
import { behaviourOf, type SimBehaviourInput } from "./behaviour";
import { SimContainer } from "./container";

export type SimVerb = Exclude<keyof ComputeDriver, "name">;

export interface SimWorldOptions {
  readonly clock: Clock;
  readonly cpuCores?: number;
  readonly memoryMib?: number;
  /** References that exist from the start; `any` lets every reference exist. */
  readonly images?: readonly string[] | "any";
}

export interface SimVolume {
  readonly name: string;
  readonly deploymentId: string;
  readonly contentHash: string;
  readonly createdAt: number;
  ready: boolean;
  items: readonly StageItem[];
}

interface Fault {
  readonly verb: SimVerb;
  readonly error: DriverError;
  times: number;
}

/**
 * The machine that `sim` drivers act on. It outlives them, as an engine outlives a control plane: build a new driver
 * over the same world to test a crash. Everything a test may script is a method here.
 */
export class SimWorld {
  readonly clock: Clock;
  readonly cpuCores: number;
  readonly memoryMib: number;
  readonly containers = new Map<string, SimContainer>();
  readonly networks = new Map<string, string>();
  readonly volumes = new Map<string, SimVolume>();
  readonly platformImages: PlatformImage[] = [];
  /** What tags stand for in the world's registries. A tag that is not here has a digest made of its name, unless its registry has accounts. */
  readonly tags = new Map<string, string>();
  /** User name and password that registries want, by host; those below `private/` want some that nobody has. */
  readonly accounts = new Map<string, { readonly username: string; readonly password: string }>();
  /** What is installed in images; nothing where nothing is said. */
  packagesOf: (reference: string) => readonly ImagePackage[] = () => [];
  readonly images = new Map<string, ImageInfo & { readonly contentHash: string; readonly createdAt: number }>();
  /** Listings of packages that were broken off, with the time of their beginning. */
  readonly inspectors = new Map<string, number>();
  /** Called before and after each verb; throwing from it is a crash at that point. */
  onVerb: (verb: SimVerb, when: "before" | "after", subject: string) => void = () => undefined;
  readonly #anyImage: boolean;
  readonly #faults: Fault[] = [];
  readonly #behaviours = new Map<string, SimBehaviourInput>();
  readonly #listeners = new Set<(event: InstanceEvent) => void>();
  #created = 0;

  constructor(options: SimWorldOptions) {
    this.clock = options.clock;
    this.cpuCores = options.cpuCores ?? 4;
    this.memoryMib = options.memoryMib ?? 16_384;
    this.#anyImage = options.images === "any";
    if (Array.isArray(options.images)) for (const reference of options.images as readonly string[]) this.addImage(reference);
  }

  /** The next `times` calls of the verb fail with this error, without any effect. */
  failNext(verb: SimVerb, error: DriverError, times = 1): void {
    this.#faults.push({ verb, error, times });
  }

  /** Behaviour of containers created from now on, by deployment id or deployment name; `*` is for all. */
  behave(deployment: string, behaviour: SimBehaviourInput): void {
    this.#behaviours.set(deployment, behaviour);
  }

  /** Ends a running instance as SIGKILL would. */
  kill(instanceId: string): void {
    this.containers.get(instanceId)?.end(137);
  }

  /** Ends a running instance as the kernel does when its memory limit is reached. */
  runOutOfMemory(instanceId: string): void {
    this.containers.get(instanceId)?.end(137, true);
  }

  /** A network that answers nothing while it is paused is known by the engine's event only. */
  setPaused(instanceId: string, paused: boolean): void {
    const container = this.containers.get(instanceId);
    if (container === undefined || container.phase !== (paused ? "running" : "paused")) return;
    container.phase = paused ? "paused" : "running";
    this.emit(instanceId, paused ? "paused" : "unpaused");
  }

  /** Frees every port. */
  close(): void {
    for (const container of this.containers.values()) container.close();
  }

  takeFault(verb: SimVerb): DriverError | null {
    const fault = this.#faults.find((candidate) => candidate.verb === verb && candidate.times > 0);
    if (fault === undefined) return null;
    fault.times -= 1;
    return fault.error;
  }

  hasImage(reference: string): boolean {
    return this.#anyImage || this.images.has(reference);
  }
  addImage(reference: string, contentHash = ""): ImageInfo {
    const id = `sha256:${createHash("sha256").update(reference).digest("hex")}`;
    const image = { reference, id, sizeBytes: 100_000_000, digests: [], contentHash, createdAt: this.clock.now() };
    this.images.set(reference, image);
    return { reference, id, sizeBytes: image.sizeBytes, digests: [] };
  }

  /** An image as set-up makes it, here at a time of the test's choice. */
  addPlatformImage(name: string, hash: string, createdAt: number): string {
    const { reference } = this.addImage(`sluice/${name}:${hash}`);
    this.platformImages.push({ reference, name, createdAt });
    return reference;
  }

  async addContainer(spec: InstanceRunSpec): Promise<SimContainer> {
    this.#created += 1;
    const script = { ...this.#behaviours.get("*"), ...this.#behaviours.get(spec.deploymentName), ...this.#behaviours.get(spec.deploymentId) };
    const id = createHash("sha256")
      .update(`${spec.instanceId} ${String(this.#created)}`)
      .digest("hex");
    const container = new SimContainer(spec, id, behaviourOf(spec.environment, script), this.clock, (kind) => {
      this.emit(spec.instanceId, kind);
    });
    await container.open();
    this.containers.set(spec.instanceId, container);
    this.emit(spec.instanceId, "created");
    return container;
  }

  emit(instanceId: string, kind: InstanceEventKind): void {
    const event: InstanceEvent = { kind, instanceId, at: this.clock.now() };
    for (const listener of this.#listeners) listener(event);
  }
  listen(listener: (event: InstanceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
