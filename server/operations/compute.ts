import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { HostDto, InstanceTypeDto, updateInstanceTypeSchema } from "#server/contract/compute";
import { notFound } from "#server/domain/errors";
import { countFitting, effectiveSize, placeInstance, sumReserved, type Reserved } from "#server/domain/host/placement";
import type { InstanceType } from "#server/domain/host/types";
import type { HostRow } from "#server/store/compute";
import type { InstanceRow } from "#server/store/instances";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";
import { wholePage } from "./usage";

/** What a gone or unknown type's instance holds: nothing that can be promised again is lost by guessing low for the page alone. */
const unknownType: Omit<InstanceType, "name"> = { cpuCores: 0, memoryMib: 0, gpuCount: 0, pricePerHour: 0, family: "" };

const holdsHost = (instance: InstanceRow): boolean => instance.removedAt === null && instance.stoppedAt === null;

/** Cores and memory that are promised of a host: to living instances, and to containers on trial, which all are on the one host that there is. */
function reservedOn(host: HostRow, { instances, types, trials }: Promises): Reserved {
  const sizes = instances
    .filter((instance) => instance.hostId === host.id && holdsHost(instance))
    .map((instance) => {
      const type = types.find((candidate) => candidate.name === instance.instanceType);
      return effectiveSize(type ?? { name: instance.instanceType, ...unknownType }, host);
    });
  return sumReserved([...sizes, ...trials]);
}

interface Promises {
  readonly hosts: readonly HostRow[];
  readonly instances: readonly InstanceRow[];
  readonly types: readonly InstanceType[];
  readonly trials: readonly Reserved[];
}

async function readPromises({ store }: OperationContext): Promise<Promises> {
  const [hosts, instances, types, runs] = await Promise.all([
    store.hosts.list(),
    store.instances.listLive(),
    store.instanceTypes.list(),
    store.doctorRuns.listLive(),
  ]);
  return { hosts, instances, types, trials: runs.flatMap((run) => run.reserved ?? []) };
}

export async function listHosts(context: OperationContext): Promise<Page<HostDto>> {
  requireVerb(context.actor, "compute.read");
  const promises = await readPromises(context);
  const { hosts, instances, types, trials } = promises;
  const mine = instances.filter((instance) => instance.workspaceId === context.actor.workspaceId);
  const [endpoints, deployments] = await Promise.all([
    context.store.endpoints.listByIds([...new Set(mine.map((instance) => instance.endpointId))]),
    context.store.deployments.listByIds([...new Set(mine.map((instance) => instance.deploymentId))]),
  ]);
  const items = hosts.map((host): HostDto => {
    const reserved = reservedOn(host, promises);
    const running = mine.filter((instance) => instance.hostId === host.id && holdsHost(instance));
    return {
      id: host.id,
      name: host.name,
      driver: host.driver,
      state: host.state,
      engineVersion: host.engineVersion,
      cpuCores: host.cpuCores,
      memoryMib: host.memoryMib,
      cpuOvercommit: host.cpuOvercommit,
      memoryOvercommit: host.memoryOvercommit,
      cpuReserved: reserved.cpuCores,
      memoryReservedMib: reserved.memoryMib,
      trials: { count: trials.length, ...sumReserved(trials) },
      lastSeenAt: host.lastSeenAt,
      instances: running.map((instance) => {
        const type = types.find((candidate) => candidate.name === instance.instanceType);
        const size = effectiveSize(type ?? { name: instance.instanceType, ...unknownType }, host);
        return {
          id: instance.id,
          endpoint: endpoints.find((endpoint) => endpoint.id === instance.endpointId)?.name ?? instance.endpointId,
          deployment: deployments.find((deployment) => deployment.id === instance.deploymentId)?.name ?? instance.deploymentId,
          instanceType: instance.instanceType,
          cpuCores: size.cpuCores,
          memoryMib: size.memoryMib,
          state: instance.state,
          ready: instance.ready,
        };
      }),
    };
  });
  return wholePage(items);
}

function fitting(type: InstanceType, promises: Promises, capInstanceTypes: boolean): Pick<InstanceTypeDto, "fits" | "reason"> {
  const { hosts } = promises;
  let fits = 0;
  let reason: string | null = hosts.length === 0 ? "No compute host has reported yet." : null;
  for (const host of hosts) {
    const reserved = reservedOn(host, promises);
    fits += countFitting(type, host, reserved, capInstanceTypes);
    const one = placeInstance(type, host, reserved, capInstanceTypes);
    if (!one.fits) reason = `${one.message} ${one.hint}`;
  }
  return { fits, reason: fits > 0 ? null : reason };
}

export async function listInstanceTypes(context: OperationContext): Promise<Page<InstanceTypeDto>> {
  requireVerb(context.actor, "compute.read");
  const promises = await readPromises(context);
  const { hosts, types } = promises;
  const items = types.map((type): InstanceTypeDto => {
    const host = hosts[0];
    const size = host === undefined ? { cpuCores: type.cpuCores, capped: false } : effectiveSize(type, host);
    return {
      name: type.name,
      family: type.family,
      cpuCores: type.cpuCores,
      memoryMib: type.memoryMib,
      gpuCount: type.gpuCount,
      pricePerHour: type.pricePerHour,
      effectiveCpuCores: size.cpuCores,
      capped: size.capped,
      ...fitting(type, promises, context.settings.placement.capInstanceTypes),
    };
  });
  return wholePage(items);
}

/** Sets what an hour of the type costs from now on. Throws `instance_type.not_found`. */
export async function updateInstanceType(context: OperationContext, input: z.output<typeof updateInstanceTypeSchema>): Promise<InstanceTypeDto> {
  requireVerb(context.actor, "compute.write");
  const { name, pricePerHour } = input;
  await context.store.transaction(async (session) => {
    const before = await session.instanceTypes.findByName(name);
    if (before === null || !(await session.instanceTypes.updatePrice(name, pricePerHour)))
      throw notFound("instance_type.not_found", "There is no such instance type.");
    await writeAudit(context, session, {
      action: "compute.write",
      targetType: "instance type",
      targetId: name,
      targetName: name,
      before: { pricePerHour: before.pricePerHour },
      after: { pricePerHour },
    });
  });
  const changed = (await listInstanceTypes(context)).items.find((type) => type.name === name);
  if (changed === undefined) throw notFound("instance_type.not_found", "There is no such instance type.");
  return changed;
}
