import { instanceRunSpec } from "#server/domain/deployment/run-spec";
import type { Cause } from "#server/domain/deployment/status";
import { freeAddress, type Subnet } from "#server/domain/host/addressing";
import { placeInstance, type Reserved } from "#server/domain/host/placement";
import type { HostRow } from "#server/store/compute";
import type { ControlContext } from "../context";
import { reservedBy } from "../deployment/create-instance";
import type { Mount } from "../deployment/stage-step";
import { attempt } from "../driver-errors";
import { lastLines } from "../instance/fail";
import type { Outcome } from "../runtime/outcome";
import { readContainer, type TrialContainer } from "./container-column";
import { giveUp, proceed, type Trial } from "./trial";

type Frozen = { readonly ok: true; readonly container: TrialContainer } | { readonly ok: false; readonly cause: Cause };

const noHost: Cause = { reason: "HostNotReady", message: "The compute host is not ready.", hint: "Check that the engine runs." };

async function room(context: ControlContext): Promise<{ readonly host: HostRow; readonly reserved: Reserved } | null> {
  const [host] = await context.store.hosts.list();
  if (host?.state !== "Ready") return null;
  return { host, reserved: reservedBy(await context.store.instances.listLive()) };
}

/** The same container as an instance of the deployment would be, alone in a network of the run's own. It must fit beside what runs. */
export async function freezeContainer(trial: Trial, subnet: Subnet, mounts: readonly Mount[]): Promise<Frozen> {
  const { context, row, inputs } = trial;
  const found = await room(context);
  if (found === null) return { ok: false, cause: noHost };
  const gpuRuntime = inputs.type.gpuCount > 0 && (await context.driver.hostView()).gpuRuntime;
  const placement = placeInstance(inputs.type, { ...found.host, gpuRuntime }, found.reserved, context.settings.placement.capInstanceTypes);
  if (!placement.fits) return { ok: false, cause: { reason: placement.code, message: placement.message, hint: placement.hint } };
  const run = instanceRunSpec({
    instanceId: context.newId("instance"),
    deploymentId: row.id,
    endpointName: row.endpoint.toLowerCase(),
    deploymentName: row.deployment.toLowerCase(),
    slot: 0,
    specHash: row.digest,
    spec: row.spec,
    environment: inputs.environment.spec,
    model: inputs.model,
    code: inputs.code,
    image: row.facts.image?.reference ?? "",
    mounts,
    address: freeAddress(subnet, [], null) ?? "",
    size: { cpuCores: placement.cpuCores, memoryMib: placement.memoryMib, gpuCount: inputs.type.gpuCount },
  });
  return { ok: true, container: { run, askedAt: context.clock.now(), startedAt: null, exceededMib: null, dial: null } };
}

/** The most of a host's memory that a second try may have: what runs beside it must not feel it. */
const widestShare = 0.5;

/** The container again with as much memory as can be spared, to learn how much it needs; null when that is not much more. */
export async function widen({ context }: Trial, container: TrialContainer): Promise<TrialContainer | null> {
  const found = await room(context);
  if (found === null || container.exceededMib !== null) return null;
  const { host, reserved } = found;
  const memoryMib = Math.floor(Math.min(host.memoryMib * widestShare, host.memoryMib - reserved.memoryMib));
  if (memoryMib < container.run.memoryMib * 1.5) return null;
  const run = { ...container.run, instanceId: context.newId("instance"), memoryMib };
  return { run, askedAt: context.clock.now(), startedAt: null, exceededMib: container.run.memoryMib, dial: null };
}

/** A try that ended holds the address of the next one. */
async function removeOthers({ context, row }: Trial, instanceId: string): Promise<void> {
  const { instances } = await context.driver.listOwned();
  for (const one of instances) if (one.deploymentId === row.id && one.instanceId !== instanceId) await context.driver.removeInstance(one.instanceId);
}

/** Creates and starts the container that the row names. */
export async function startTrial(trial: Trial): Promise<Outcome> {
  const { context, row } = trial;
  const container = readContainer(row);
  if (container === null) return proceed(trial, "storage", row.facts);
  const { run } = container;
  await removeOthers(trial, run.instanceId);
  const started = await attempt(async () => {
    await context.driver.createInstance(run);
    await context.driver.startInstance(run.instanceId);
  }, ["not_found"]);
  if (!started.ok) return giveUp(trial, { at: "start", ...started.failure, lines: await lastLines(context, run.instanceId) });
  const observation = await context.driver.inspectInstance(run.instanceId);
  const startedAt = observation?.startedAt ?? context.clock.now();
  const dial = { address: observation?.address ?? run.address, port: observation?.port ?? run.port };
  const start = { ms: Math.max(0, startedAt - container.askedAt), liveMs: null, readyMs: null };
  const memory = { limitMib: run.memoryMib, peakBytes: row.facts.memory?.peakBytes ?? 0, steadyBytes: null, exceededMib: container.exceededMib };
  return proceed(trial, "ready", { ...row.facts, start, memory }, { container: { ...container, startedAt, dial } });
}
