import { createHash } from "node:crypto";
import { appendFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { initializerLine } from "#server/domain/deployment/initializer-line";
import { instanceRunSpec, routesOf, stagedVolumes } from "#server/domain/deployment/run-spec";
import { specIdentity } from "#server/domain/deployment/spec-identity";
import { freeBlock, subnetAt, type Subnet } from "#server/domain/host/addressing";
import { defaultInstanceTypes } from "#server/domain/host/instance-types";
import type { InstanceType } from "#server/domain/host/types";
import type { InstanceRunSpec } from "#server/drivers/compute-driver";
import type { Machine, Platform } from "../platform";
import { CommandFailure } from "../project/failure";
import { openPlaces } from "../project/files";
import type { LocalProject } from "../project/load";
import { withDebugger } from "./debugger";
import { failureOf } from "./failure-text";
import { environmentImage } from "./image";
import { localDeploymentId, localInstanceId, localSupernet } from "./names";
import { stateFolder, writeState, type LocalState } from "./state";

/** Addresses of the first block and of the last one of a /16 in blocks of 64. */
const addressOf = (subnet: Subnet): string => [subnet.first >>> 24, (subnet.first >>> 16) & 255, (subnet.first >>> 8) & 255, subnet.first & 255].join(".");
const pollMs = 250;

export interface UpOptions {
  /** Adds a debugger that waits for an editor at port 5678. */
  readonly debug: boolean;
  readonly say: (line: string) => void;
}

function instanceTypeOf(name: string): InstanceType {
  const type = defaultInstanceTypes.find((candidate) => candidate.name === name);
  if (type === undefined)
    throw new CommandFailure(`instance_type: there is no ${name}.`, `Use one of: ${defaultInstanceTypes.map((one) => one.name).join(", ")}.`);
  return type;
}

/** The network of the deployment: the one that it has, else the next free block. */
async function networkOf({ driver }: Machine, deploymentId: string): Promise<Subnet> {
  const prefix = localSupernet.split(".").slice(0, 2).join(".");
  const { networks } = await driver.listOwned();
  const indexOf = (cidr: string): number => {
    const [, , third = 0, fourth = 0] = cidr.slice(0, cidr.indexOf("/")).split(".").map(Number);
    return third * 4 + fourth / 64;
  };
  const ours = networks.filter(({ subnet }) => subnet.startsWith(`${prefix}.`));
  const own = ours.find((network) => network.deploymentId === deploymentId);
  const index = own === undefined ? freeBlock(ours.map(({ subnet }) => ({ index: indexOf(subnet), blocks: 1 })), 1) : indexOf(own.subnet); // prettier-ignore
  if (index === null) throw new CommandFailure("No network is free for another local deployment.", "End some: sluice local down --all");
  const subnet = subnetAt(localSupernet, index);
  await driver.ensureNetwork({ deploymentId, subnet: subnet.cidr, gateway: subnet.gateway });
  return subnet;
}

async function stage(machine: Machine, project: LocalProject, deploymentId: string, logFile: string) {
  const mounts: { volume: string; target: string }[] = [];
  for (const volume of stagedVolumes(project.spec, project.model, project.code)) {
    const contentHash = createHash("sha256").update(JSON.stringify(volume)).digest("hex").slice(0, 40);
    const spec = { deploymentId, contentHash, initializerImage: machine.images.initializer, items: volume.items };
    const lines: string[] = [];
    const staged = await machine.driver.stageVolume(spec, openPlaces(project.places), (line) => lines.push(initializerLine(line)));
    await appendFile(logFile, lines.map((line) => `${line}\n`).join(""));
    if (!staged.ok)
      throw new CommandFailure(`Model and code could not be staged: ${staged.message}`, "A file changed while it was copied; try again.", lines.slice(-10));
    mounts.push({ volume: staged.volume, target: volume.mountPath });
  }
  return mounts;
}

/** Ends what runs of the deployment and is not this instance. */
async function removeOthers({ driver }: Machine, deploymentId: string, keep: string): Promise<boolean> {
  const { instances } = await driver.listOwned();
  const own = instances.filter((instance) => instance.deploymentId === deploymentId);
  for (const instance of own.filter(({ instanceId, phase }) => instanceId !== keep || phase !== "running")) await driver.removeInstance(instance.instanceId);
  return own.some(({ instanceId, phase }) => instanceId === keep && phase === "running");
}

/** Volumes of earlier contents go as soon as the instance that uses the new ones runs. */
async function removeOldVolumes({ driver }: Machine, run: InstanceRunSpec): Promise<void> {
  const { volumes } = await driver.listOwned();
  const kept = new Set(run.mounts.map(({ volume }) => volume));
  for (const volume of volumes.filter(({ deploymentId, name }) => deploymentId === run.deploymentId && !kept.has(name))) await driver.removeVolume(volume.name);
}

async function waitUntilReady(machine: Machine, project: LocalProject, run: InstanceRunSpec): Promise<void> {
  const { readinessProbe: probe } = project.spec;
  const route = routesOf(project.environment).readiness;
  const limitMs = (probe.initialDelaySeconds + probe.periodSeconds * probe.failureThreshold) * 1000;
  const place = { codeRoot: project.code?.rootName ?? null, codeFolder: project.code?.folder ?? null };
  for (const until = Date.now() + limitMs; ;) {
    const seen = await machine.driver.inspectInstance(run.instanceId);
    const ended = seen === null || seen.phase === "exited";
    const outcome = ended ? null : await machine.driver.probe(run.instanceId, run.address, route, probe.timeoutSeconds * 1000);
    if (outcome?.kind === "success") return;
    if (ended || Date.now() > until) {
      const said = outcome?.kind === "failure" ? outcome.message : "";
      const lines: string[] = [];
      for await (const line of machine.driver.logs(run.instanceId, { follow: false, tail: 200 })) lines.push(line.text);
      const end = {
        exitCode: seen?.exitCode ?? null,
        outOfMemory: seen?.outOfMemory ?? false,
        error: seen?.error ?? "",
        neverReady: !ended,
        probe: { ...route, said },
      };
      throw failureOf(end, lines, run.memoryMib, place);
    }
    await delay(pollMs);
  }
}

function runSpecOf(
  project: LocalProject,
  machineSize: InstanceType,
  image: string,
  where: { deploymentId: string; subnet: Subnet; mounts: { volume: string; target: string }[] },
) {
  const specHash = createHash("sha256").update(JSON.stringify([specIdentity(project.spec), image, where.mounts])).digest("hex"); // prettier-ignore
  return instanceRunSpec({
    instanceId: localInstanceId(where.deploymentId, specHash),
    deploymentId: where.deploymentId,
    endpointName: project.endpoint.toLowerCase(),
    deploymentName: project.deployment.toLowerCase(),
    slot: 0,
    specHash,
    spec: project.spec,
    environment: project.environment,
    model: project.model,
    code: project.code,
    image,
    mounts: where.mounts,
    address: addressOf(where.subnet),
    size: machineSize,
  });
}

async function sizeOn({ driver }: Machine, type: InstanceType): Promise<InstanceType> {
  const host = await driver.hostView();
  return { ...type, cpuCores: Math.min(type.cpuCores, host.cpuCores), memoryMib: Math.min(type.memoryMib, host.memoryMib) };
}

/**
 * Brings one instance of the deployment up on the user's engine and waits until it is ready: the image, staging, limits and container of a
 * server, without gateway and keys. Called again it changes only what changed. Rejects with `CommandFailure`.
 */
export async function up(platform: Platform, machine: Machine, wish: LocalProject, { debug, say }: UpOptions): Promise<LocalState> {
  const folder = stateFolder(wish.endpoint, wish.deployment);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const logs = { build: path.join(folder, "image-build.log"), initializer: path.join(folder, "storage-initializer.log") };
  for (const file of Object.values(logs)) await rm(file, { force: true });
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const type = await sizeOn(machine, instanceTypeOf(wish.spec.instanceType));

  let writing = Promise.resolve();
  const log = (line: string): void => void (writing = writing.then(() => appendFile(logs.build, `${line}\n`)));
  say(`image       building or finding it (log: ${logs.build})`);
  const plain = await environmentImage(platform, machine, wish, log);
  const { project, image } = debug ? await withDebugger(platform, machine, wish, plain, log) : { project: wish, image: plain };
  await writing;
  say(`image       ${image} after ${seconds()}`);

  const deploymentId = localDeploymentId(project.endpoint, project.deployment);
  const subnet = await networkOf(machine, deploymentId);
  const mounts = await stage(machine, project, deploymentId, logs.initializer);
  const run = runSpecOf(project, type, image, { deploymentId, subnet, mounts });
  if (!(await removeOthers(machine, deploymentId, run.instanceId))) {
    await machine.driver.createInstance(run);
    await machine.driver.startInstance(run.instanceId);
  }
  const state = {
    file: project.file,
    endpoint: project.endpoint,
    deployment: project.deployment,
    deploymentId,
    instanceId: run.instanceId,
    image: run.image,
    baseUrl: `http://${run.address}:${String(run.port)}`,
    scoringPath: routesOf(project.environment).scoring.path,
    memoryMib: run.memoryMib,
    codeFolder: project.code?.folder ?? null,
    codeRoot: project.code?.rootName ?? null,
  };
  await writeState(state);
  await removeOldVolumes(machine, run);
  await waitUntilReady(machine, project, run);
  say(`instance    ready after ${seconds()}`);
  return state;
}
