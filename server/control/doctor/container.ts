import { instanceRunSpec } from "#server/domain/deployment/run-spec";
import type { Cause } from "#server/domain/deployment/status";
import { freeAddress, type Subnet } from "#server/domain/host/addressing";
import { placeInstance, type Placement, type Reserved } from "#server/domain/host/placement";
import type { HostRow } from "#server/store/compute";
import type { StoreSession } from "#server/store/store";
import { write } from "../context";
import type { Mount } from "../deployment/stage-step";
import { attempt } from "../driver-errors";
import { reservedByInstances, reservedOnHost } from "../host/room";
import { lastLines } from "../instance/fail";
import type { Outcome } from "../runtime/outcome";
import { readContainer, type TrialContainer } from "./container-column";
import { giveUp, isConsole, proceed, type Trial } from "./trial";

type Frozen =
  | { readonly kind: "frozen"; readonly container: TrialContainer }
  | { readonly kind: "refused"; readonly cause: Cause }
  /** It fits as soon as other trials gave back what they hold. */
  | { readonly kind: "waits" };

const noHost: Cause = { reason: "HostNotReady", message: "The compute host is not ready.", hint: "Check that the engine runs." };

/** Placement counts what all trials and deployments have, so they take turns at the host's row, which is what they have in common. */
async function room(session: StoreSession): Promise<HostRow | null> {
  const [host] = await session.hosts.list();
  if (host?.state !== "Ready") return null;
  await session.hosts.lock(host.id);
  return host;
}

function containerOf({ context, row, inputs }: Trial, subnet: Subnet, mounts: readonly Mount[], placement: Extract<Placement, { fits: true }>): TrialContainer {
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
  return { run, askedAt: context.clock.now(), startedAt: null, exceededMib: null, dial: null };
}

/**
 * The same container as an instance of the deployment would be, alone in a network of the run's own. It must fit beside what runs, and holds
 * its room from here on.
 */
export async function freezeContainer(trial: Trial, subnet: Subnet, mounts: readonly Mount[]): Promise<Frozen> {
  const { context, row, inputs } = trial;
  const gpuRuntime = inputs.type.gpuCount > 0 && (await context.driver.hostView()).gpuRuntime;
  return write(context, async (session): Promise<Frozen> => {
    const host = await room(session);
    if (host === null) return { kind: "refused", cause: noHost };
    // A pass that was broken off may have written one already; it was never made.
    await session.doctorRuns.update(row.id, { container: null });
    const placed = (reserved: Reserved) => placeInstance(inputs.type, { ...host, gpuRuntime }, reserved, context.settings.placement.capInstanceTypes);
    const placement = placed(await reservedOnHost(session));
    if (!placement.fits) {
      if (placed(reservedByInstances(await session.instances.listLive())).fits) return { kind: "waits" };
      return { kind: "refused", cause: { reason: placement.code, message: placement.message, hint: placement.hint } };
    }
    const container = containerOf(trial, subnet, mounts, placement);
    await session.doctorRuns.update(row.id, { container });
    return { kind: "frozen", container };
  });
}

/** The most of a host's memory that a second try may have: what runs beside it must not feel it. */
const widestShare = 0.5;

/** The container again with as much memory as can be spared, to learn how much it needs; null when that is not much more. */
export async function widen({ context, row }: Trial, container: TrialContainer): Promise<TrialContainer | null> {
  const exceededMib = container.run.memoryMib;
  if (container.exceededMib !== null) return null;
  return write(context, async (session) => {
    const host = await room(session);
    if (host === null) return null;
    // What it holds itself goes before the wider one comes.
    const others = (await reservedOnHost(session)).memoryMib - exceededMib;
    const memoryMib = Math.floor(Math.min(host.memoryMib * widestShare, host.memoryMib - others));
    if (memoryMib < exceededMib * 1.5) return null;
    const run = { ...container.run, instanceId: context.newId("instance"), memoryMib };
    const wider = { run, askedAt: context.clock.now(), startedAt: null, exceededMib, dial: null };
    // With its phase: the old container is not to be looked for under the new one's name.
    const seen = isConsole(row) ? {} : { facts: row.facts };
    await session.doctorRuns.update(row.id, { ...seen, container: wider, phase: "start", phaseAt: context.clock.now() });
    return wider;
  });
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
