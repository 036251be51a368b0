import { createHash } from "node:crypto";
import type { ArtifactOpener, BuildSpec, ComputeDriver, InstanceObservation, InstanceRunSpec, NetworkSpec, RegistryAuth, StageSpec } from "../compute-driver";
import { SluiceError } from "#server/domain/errors";

/** What a container of the suite does. */
export type Program =
  /** Writes `out line` to standard output and `err line` to standard error, answers GET / with 200 and /missing with something else. */
  | { readonly kind: "serve" }
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "out-of-memory" }
  /** Serves, but does not end when asked to. */
  | { readonly kind: "stubborn" }
  /** Takes longer to answer than any probe of the suite waits. */
  | { readonly kind: "hanging" }
  /** Serves, after writing `user <uid>:<gid>, shared memory <MiB> MiB`. */
  | { readonly kind: "describe" }
  | { readonly kind: "missing-binary" };

export interface HarnessRegistry {
  readonly auth: RegistryAuth;
  readonly wrongAuth: RegistryAuth;
  /** The reference of a tag; nothing need be there. */
  reference(tag: string): string;
  /** Makes the tag stand for an image that no tag stood for before; answers with its digest. */
  push(tag: string): Promise<string>;
  /** Makes the registry forget what the tag stands for. */
  forget(tag: string): Promise<void>;
}

/** How the suite reaches one kind of driver. Every test makes its own and disposes of it. */
export interface DriverHarness {
  readonly driver: ComputeDriver;
  /** A second driver over the same machine, as a restarted control plane has it. */
  reopen(): ComputeDriver;
  /** A network with addresses of its own; `host` is the last number of an instance's address. */
  network(deploymentId: string): NetworkSpec & { readonly addressOf: (host: number) => string };
  /** What runs a program; merged into the run specification. */
  program(program: Program): Pick<InstanceRunSpec, "image" | "command" | "environment">;
  readonly initializerImage: string;
  /** First lines of a Dockerfile whose `RUN` works. */
  readonly buildBase: string;
  /** Makes an image as set-up makes the platform's, with the suite's program in it; its reference. */
  platformImage(name: string): Promise<string>;
  /** An image and names of some packages in it. */
  imageWithPackages(): Promise<{ readonly reference: string; readonly names: readonly string[] }>;
  /** A registry that lets nobody in without credentials. */
  openRegistry(): Promise<HarnessRegistry>;
  /** Leaves what a crash in the middle of this staging leaves: a volume, and what was filling it. */
  halfFill(spec: StageSpec): Promise<void>;
  /** Names and sizes of the files in a staged volume, sorted; hidden ones left out. */
  listVolume(volume: string): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export const digestOf = (content: string): string => createHash("sha256").update(content).digest("hex");

/** Opens texts as an artifact store does; what is not among them is missing. */
export const openerOf = (...contents: readonly string[]): ArtifactOpener => {
  const blobs = new Map(contents.map((content) => [digestOf(content), content]));
  return (sha256) => {
    const content = blobs.get(sha256);
    if (content === undefined) return Promise.reject(new SluiceError({ kind: "not_found", code: "artifact.missing", message: "missing" }));
    return Promise.resolve(
      (async function* () {
        await Promise.resolve();
        yield Buffer.from(content);
      })(),
    );
  };
};

let counter = 0;
/** An id that no other test of this run has. */
export const uniqueId = (prefix: string): string => `${prefix}_${String(process.pid)}x${String((counter += 1))}`;

export function runSpec(
  harness: DriverHarness,
  network: ReturnType<DriverHarness["network"]>,
  program: Program,
  overrides: Partial<InstanceRunSpec> = {},
): InstanceRunSpec {
  const instanceId = uniqueId("ins");
  return {
    instanceId,
    deploymentId: network.deploymentId,
    endpointName: "ep",
    deploymentName: "blue",
    slot: 0,
    specHash: "hash-1",
    user: null,
    sharedMemoryMib: null,
    mounts: [],
    address: network.addressOf(10),
    port: 5001,
    cpuCores: 0.5,
    memoryMib: 64,
    gpuCount: 0,
    pidsLimit: 32,
    ...harness.program(program),
    ...overrides,
  };
}

export function buildSpec(harness: DriverHarness, lines: readonly string[], overrides: Partial<BuildSpec> = {}): BuildSpec {
  const dockerfile = `${[harness.buildBase, `LABEL test=${uniqueId("build")}`, ...lines].join("\n")}\n`;
  return {
    contentHash: digestOf(dockerfile),
    repository: "sluice-contract/env",
    dockerfile,
    files: [],
    buildArgs: {},
    indexLogins: null,
    registryAuths: [],
    cpuCores: 1,
    memoryMib: 512,
    diskMib: 4096,
    freeDiskMib: 64,
    timeoutMs: 120_000,
    ...overrides,
  };
}

/** Polls until the check gives something; fails with what it last saw. */
export async function until<T>(check: () => Promise<T | null | undefined | false>, limitMs = 20_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await check();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`the condition did not come true within ${String(limitMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const ended = (driver: ComputeDriver, instanceId: string): Promise<InstanceObservation> =>
  until(async () => {
    const found = await driver.inspectInstance(instanceId);
    return found?.phase === "exited" ? found : null;
  });

/** Probes the instance's own address until it succeeds. */
export async function ready(driver: ComputeDriver, spec: InstanceRunSpec): Promise<void> {
  await until(async () => (await driver.probe(spec.instanceId, spec.address, { path: "/", port: spec.port }, 1000)).kind === "success");
}
