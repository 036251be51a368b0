import { randomBytes } from "node:crypto";
import { sortedPackages } from "#server/domain/environment/packages";
import { Secret } from "#server/domain/secret/secret";
import { systemClock } from "#server/kernel/clock";
import type { InstanceRunSpec, NetworkSpec, StageSpec } from "../compute-driver";
import type { DriverHarness, Program } from "../contract/harness";
import { describeComputeDriver } from "../contract/suite";
import { behaviourVariable, type SimBehaviourInput } from "./behaviour";
import { createSimDriver } from "./driver";
import { SimWorld } from "./world";

function behaviourOf(program: Program): SimBehaviourInput {
  const logs = ["out line", "!err line"];
  switch (program.kind) {
    case "serve":
      return { logs };
    case "exit":
      return { logs, exitAfterMs: 5, exitCode: program.code };
    case "out-of-memory":
      return { exitAfterMs: 5, outOfMemory: true };
    case "stubborn":
      return { ignoreStop: true };
    case "hanging":
      return { delayMs: 60_000 };
    case "describe":
      return { describe: true };
    case "missing-binary":
      return { exitAfterMs: 0, exitCode: 127 };
  }
}

function makeHarness(): Promise<DriverHarness> {
  const world = new SimWorld({ clock: systemClock, images: ["sim/app:1", "sim/initializer:1"] });
  const subnets = new Map<string, number>();
  return Promise.resolve({
    driver: createSimDriver(world),
    reopen: () => createSimDriver(world),
    network(deploymentId: string): NetworkSpec & { addressOf: (host: number) => string } {
      const index = subnets.get(deploymentId) ?? subnets.size;
      subnets.set(deploymentId, index);
      return {
        deploymentId,
        subnet: `10.9.${String(index)}.0/26`,
        gateway: `10.9.${String(index)}.1`,
        addressOf: (host) => `10.9.${String(index)}.${String(host)}`,
      };
    },
    program: (program): Pick<InstanceRunSpec, "image" | "command" | "environment"> => ({
      image: "sim/app:1",
      command: null,
      environment: { [behaviourVariable]: JSON.stringify(behaviourOf(program)) },
    }),
    initializerImage: "sim/initializer:1",
    buildBase: "FROM scratch",
    platformImage: (name) => Promise.resolve(world.addPlatformImage(name, "test", systemClock.now())),
    imageWithPackages() {
      const names = ["numpy", "scipy"];
      const packages = sortedPackages(names.map((name) => ({ kind: "pypi" as const, name, version: "1", license: null })));
      world.packagesOf = (reference) => (reference === "sim/app:1" ? packages : []);
      return Promise.resolve({ reference: "sim/app:1", names });
    },
    openRegistry() {
      const registry = "registry.example";
      const account = { username: "puller", password: "right" };
      world.accounts.set(registry, account);
      const reference = (tag: string): string => `${registry}/team/app:${tag}`;
      const auth = { registry, username: account.username, password: new Secret(account.password) };
      return Promise.resolve({
        auth,
        wrongAuth: { ...auth, password: new Secret("wrong") },
        reference,
        push(tag) {
          const digest = `sha256:${randomBytes(32).toString("hex")}`;
          world.tags.set(reference(tag), digest);
          return Promise.resolve(digest);
        },
        forget(tag) {
          world.tags.delete(reference(tag));
          return Promise.resolve();
        },
      });
    },
    halfFill(spec: StageSpec) {
      const name = `sim-${spec.deploymentId}-${spec.contentHash.slice(0, 16)}`;
      world.volumes.set(name, { name, deploymentId: spec.deploymentId, contentHash: spec.contentHash, createdAt: 0, ready: false, items: [] });
      return Promise.resolve();
    },
    listVolume: (volume) =>
      Promise.resolve(
        (world.volumes.get(volume)?.items ?? []).flatMap(({ target, files }) => files.map((file) => `${target}/${file.path} ${String(file.sizeBytes)}`)).sort(),
      ),
    dispose() {
      world.close();
      return Promise.resolve();
    },
  });
}

describeComputeDriver("sim", makeHarness);
