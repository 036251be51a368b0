import { freeAddress, type Subnet } from "#server/domain/host/addressing";
import { placeInstance, type Placement } from "#server/domain/host/placement";
import { instanceRunSpec, wishHashOf } from "#server/domain/deployment/run-spec";
import type { Cause } from "#server/domain/deployment/status";
import { isUniqueViolation } from "#server/store/client";
import type { HostRow } from "#server/store/compute";
import type { DeploymentRow } from "#server/store/deployments";
import type { StoreSession } from "#server/store/store";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { reservedOnHost } from "../host/room";
import type { DeploymentInputs } from "./inputs";
import type { Mount } from "./stage-step";

export interface Creation {
  readonly deployment: DeploymentRow;
  readonly inputs: DeploymentInputs;
  readonly host: HostRow;
  readonly subnet: Subnet;
  readonly image: string;
  readonly mounts: readonly Mount[];
  readonly slot: number;
  readonly priorFailures: number;
}

async function place(context: ControlContext, session: StoreSession, { inputs, host }: Creation): Promise<Placement> {
  const reserved = await reservedOnHost(session);
  // Only asked for where it matters: most installations have no GPU and no such type in use.
  return placeInstance(inputs.type, host, reserved, context.settings.placement.capInstanceTypes);
}

async function takeAddress(session: StoreSession, { deployment, subnet }: Creation): Promise<string | null> {
  const present = await session.instances.listByDeployment(deployment.id);
  const [latest] = await session.instances.listHistory(deployment.id, 1);
  return freeAddress(
    subnet,
    present.flatMap((row) => (row.address === null ? [] : [row.address])),
    latest?.address ?? null,
  );
}

async function insert(
  context: ControlContext,
  session: StoreSession,
  creation: Creation,
  address: string,
  placement: Extract<Placement, { fits: true }>,
): Promise<void> {
  const { deployment, inputs, host, image, mounts, slot, priorFailures } = creation;
  const id = context.newId("instance");
  const specHash = wishHashOf(deployment);
  const run = instanceRunSpec({
    instanceId: id,
    deploymentId: deployment.id,
    endpointName: inputs.endpoint.name.toLowerCase(),
    deploymentName: deployment.name.toLowerCase(),
    slot,
    specHash,
    spec: deployment.spec,
    environment: inputs.environment.spec,
    model: inputs.model,
    code: inputs.code,
    image,
    mounts,
    address,
    size: { cpuCores: placement.cpuCores, memoryMib: placement.memoryMib, gpuCount: inputs.type.gpuCount },
  });
  const probes = { liveness: deployment.spec.livenessProbe, readiness: deployment.spec.readinessProbe };
  await session.instances.insert({
    id, workspaceId: deployment.workspaceId, endpointId: deployment.endpointId, deploymentId: deployment.id, hostId: host.id, slot, specHash,
    deploymentGeneration: deployment.generation, runSpec: { run, probes, routes: inputs.environment.spec.inferenceConfig, requestTimeoutMs: deployment.spec.requestSettings.requestTimeoutMs },
    instanceType: inputs.type.name, pricePerHour: inputs.type.pricePerHour, address, port: run.port, priorFailures, createdAt: context.clock.now(),
  }); // prettier-ignore
  await session.changes.append("instance", id);
  const capped = placement.capped ? ` ${inputs.type.name} is capped to the host.` : "";
  const again = priorFailures > 0 ? ` The slot failed ${String(priorFailures)} times before.` : "";
  await recordEvent(
    session,
    {
      workspaceId: deployment.workspaceId,
      endpointId: deployment.endpointId,
      deploymentId: deployment.id,
      instanceId: id,
      severity: "info",
      reason: "InstanceCreated",
      message: `Instance ${String(slot)} of ${deployment.name} is created.${again}${capped}`,
    },
    context.clock.now(),
  );
}

/** Writes one instance's row: the wish, before any driver call. Answers with the cause when it cannot be had now, else null. */
export async function createInstanceRow(context: ControlContext, creation: Creation): Promise<Cause | null> {
  try {
    return await write(context, async (session) => {
      // Placement counts what all deployments and trials have, so creations take turns; the host's row is what they have in common.
      await session.hosts.lock(creation.host.id);
      const placement = await place(context, session, creation);
      if (!placement.fits) return { reason: placement.code, message: placement.message, hint: placement.hint };
      const address = await takeAddress(session, creation);
      if (address === null)
        return {
          reason: "AddressesExhausted",
          message: "All addresses of the deployment's network are in use or rest.",
          hint: "Wait until ended instances are removed.",
        };
      await insert(context, session, creation, address, placement);
      return null;
    });
  } catch (error) {
    // Somebody, perhaps we before a crash, made the same instance; the next pass sees it.
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}
