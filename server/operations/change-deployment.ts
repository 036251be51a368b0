import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { createDeploymentSchema, deleteDeploymentSchema, DeploymentDto, scaleDeploymentSchema, updateDeploymentSchema } from "#server/contract/deployment";
import { chooseColor } from "#server/domain/deployment/color";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { conflict, invalidState } from "#server/domain/errors";
import { judgeDeploymentCount } from "#server/domain/quota/limits";
import { withoutShadow } from "#server/domain/mirror/rules";
import { judgeDeletion } from "#server/domain/traffic/rules";
import { isUniqueViolation } from "#server/store/client";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";
import { deploymentDto } from "./deployment-dto";
import { requireQuota, resolveSpec, specHashOf } from "./deployment-spec";
import type { DeploymentRef } from "./deployments";
import { trialDigest } from "./doctor-sample";
import { findChangeable, findDeployment, findEndpoint, lockEndpoint, requireConfirmation } from "./find";
import { recordWish } from "./wish";

const taken = (name: string) =>
  conflict("deployment.name_taken", `This endpoint has a deployment ${name}. Names count whatever their case.`, [{ path: "name", message: "is taken" }]);

/** What of a spec the activity shows. */
const shown = (spec: DeploymentSpec) => ({ instanceType: spec.instanceType, instanceCount: spec.instanceCount });

interface Wish {
  readonly action: string;
  readonly endpoint: EndpointRow;
  readonly row: DeploymentRow;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

async function record(context: OperationContext, session: StoreSession, wish: Wish): Promise<void> {
  const { action, endpoint, row, before, after } = wish;
  await recordWish(context, session, {
    audit: { action, targetType: "deployment", targetId: row.id, targetName: row.name, endpointId: endpoint.id, before, after },
    changes: [
      ["deployment", row.id],
      ["endpoint", endpoint.id],
    ],
    generation: row.generation,
  });
}

async function insertRevision(context: OperationContext, session: StoreSession, row: DeploymentRow): Promise<void> {
  const { userId, name } = context.actor;
  const revision = { deploymentId: row.id, generation: row.generation, spec: row.spec, specHash: row.specHash, actorId: userId, actorName: name };
  const id = context.newId("revision");
  await session.deployments.insertRevision({ id, ...revision, createdAt: context.clock.now() });
  const report = await session.doctorRuns.findReport(row.workspaceId, trialDigest(row.spec));
  if (report !== null) await session.deployments.keepReport(id, report.id);
}

/** Creates a deployment at 0 %. Refused: a taken name, unknown assets, a script that cannot score, more than the quota has. */
export async function createDeployment(context: OperationContext, input: z.output<typeof createDeploymentSchema>): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.write");
  const { endpoint: reference, name, ...body } = input;
  await findEndpoint(context, reference);
  const spec = await resolveSpec(context, body);
  const { workspaceId } = context.actor;
  const write = async (session: StoreSession) => {
    const endpoint = await lockEndpoint(context, session, reference);
    const siblings = await session.deployments.listByEndpoint(endpoint.id);
    const refusal = judgeDeploymentCount(siblings.length, await session.deployments.countLive(workspaceId));
    if (refusal !== null) throw refusal;
    await requireQuota(context, session, spec, null);
    const color = chooseColor(siblings.map((sibling) => sibling.color));
    const row = await session.deployments.insert({
      id: context.newId("deployment"),
      workspaceId,
      endpointId: endpoint.id,
      name,
      color,
      spec,
      specHash: specHashOf(spec),
    });
    await insertRevision(context, session, row);
    await record(context, session, { action: "deployment.create", endpoint, row, before: null, after: shown(spec) });
    return { endpoint, row };
  };
  const made = await context.store.transaction(write).catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken(name) : error;
  });
  return deploymentDto(context, made.endpoint, made.row);
}

const stale = (row: DeploymentRow) =>
  conflict(
    "deployment.generation_stale",
    `${row.name} was changed meanwhile; its generation is ${String(row.generation)}. Load it again and repeat the change.`,
    [{ path: "generation", message: `is ${String(row.generation)} by now` }],
  );

async function writeSpec(
  context: OperationContext,
  ref: DeploymentRef & { readonly generation: number },
  action: string,
  specOf: (current: DeploymentSpec) => DeploymentSpec,
): Promise<DeploymentDto> {
  const changed = await context.store.transaction(async (session) => {
    const endpoint = await lockEndpoint(context, session, ref.endpoint);
    const before = await findChangeable(session, endpoint, ref.deployment);
    if (before.generation !== ref.generation) throw stale(before);
    const spec = specOf(before.spec);
    await requireQuota(context, session, spec, before.id);
    const row = await session.deployments.updateSpecIfGeneration(before.id, before.generation, spec, specHashOf(spec));
    if (row === null) throw stale(before);
    await insertRevision(context, session, row);
    await record(context, session, { action, endpoint, row, before: shown(before.spec), after: shown(spec) });
    // Concurrency and time-outs are the gateways': they take effect without touching an instance.
    await session.changes.append("traffic", endpoint.id);
    return { endpoint, row };
  });
  return deploymentDto(context, changed.endpoint, changed.row);
}

/** Replaces the whole spec, as Azure's PUT: what the request leaves out returns to its default. */
export async function updateDeployment(context: OperationContext, input: z.output<typeof updateDeploymentSchema>): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.write");
  const { endpoint, deployment, generation, ...body } = input;
  const spec = await resolveSpec(context, body);
  return writeSpec(context, { endpoint, deployment, generation }, "deployment.update", () => spec);
}

/** Changes the instance count alone. */
export async function scaleDeployment(context: OperationContext, input: z.output<typeof scaleDeploymentSchema>): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.write");
  return writeSpec(context, input, "deployment.scale", (current) => ({ ...current, instanceCount: input.instanceCount }));
}

/** Asks for fresh instances of the same spec, one after another while the old ones serve. */
export async function restartDeployment(context: OperationContext, input: DeploymentRef): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.write");
  const changed = await context.store.transaction(async (session) => {
    const endpoint = await lockEndpoint(context, session, input.endpoint);
    const before = await findChangeable(session, endpoint, input.deployment);
    const row = await session.deployments.requestRestart(before.id);
    if (row === null) throw invalidState("deployment.deleting", `${before.name} is being deleted.`);
    await record(context, session, { action: "deployment.restart", endpoint, row, before: null, after: null });
    return { endpoint, row };
  });
  return deploymentDto(context, changed.endpoint, changed.row);
}

async function endMirror(session: StoreSession, endpoint: EndpointRow, deployment: string): Promise<void> {
  const mirror = withoutShadow(endpoint.spec.mirror, deployment);
  if (Object.keys(mirror.shares).length === Object.keys(endpoint.spec.mirror.shares).length) return;
  await session.endpoints.updateSpecIfGeneration(endpoint.id, endpoint.generation, { ...endpoint.spec, mirror });
}

/** Asks for a deployment to go; refused while it has traffic. Asking again changes nothing. */
export async function deleteDeployment(context: OperationContext, input: z.output<typeof deleteDeploymentSchema>): Promise<DeploymentDto> {
  requireVerb(context.actor, "deployment.delete");
  const seen = await findEndpoint(context, input.endpoint);
  requireConfirmation((await findDeployment(context.store, seen, input.deployment)).name, input.confirmName);
  const changed = await context.store.transaction(async (session) => {
    const endpoint = (await session.endpoints.lock(seen.id)) ?? seen;
    const before = await findDeployment(session, endpoint, input.deployment);
    const refusal = judgeDeletion(endpoint.spec.traffic, before.name);
    if (refusal !== null) throw refusal;
    if (!(await session.deployments.requestDelete(before.id))) return { endpoint, row: before };
    await endMirror(session, endpoint, before.name);
    const row = (await session.deployments.findById(before.id)) ?? before;
    await record(context, session, { action: "deployment.delete", endpoint, row, before: shown(before.spec), after: null });
    return { endpoint, row };
  });
  return deploymentDto(context, changed.endpoint, changed.row);
}
