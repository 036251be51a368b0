import { findCondition, mergeCondition, type Condition, type ConditionInput } from "#server/domain/condition";
import type { CertificateEnd } from "#server/domain/endpoint/domain-certificate";
import { keySlots } from "#server/domain/endpoint/types";
import { isSettled, type ProvisioningState } from "#server/domain/provisioning";
import type { EndpointRow, ObservedStatus } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import { loops, writeRoutine, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { done, type Outcome, type Reconciler } from "../runtime/outcome";
import { isMoreThanCertificates, warnOfCertificates, withCertificates } from "./certificates";

function authReady(endpoint: EndpointRow, keyCount: number): ConditionInput {
  const base = { type: "AuthReady", observedGeneration: endpoint.generation } as const;
  if (endpoint.spec.authMode !== "key") return { ...base, status: "True", reason: "TokenMode", message: "Callers sign in with tokens." };
  return keyCount >= keySlots.length
    ? { ...base, status: "True", reason: "KeysPresent", message: "Both keys are there." }
    : { ...base, status: "False", reason: "KeysMissing", message: "The endpoint has no keys.", hint: "Regenerate its keys." };
}

/** Without traffic an endpoint is finished when its keys are there; an accepted split must have been refused for it to be Failed. */
function stateOf(endpoint: EndpointRow, conditions: readonly Condition[]): ProvisioningState {
  const programmed = findCondition(conditions, "TrafficProgrammed");
  const current = programmed?.observedGeneration === endpoint.generation ? programmed : undefined;
  if (findCondition(conditions, "AuthReady")?.status === "False" || current?.reason === "GatewayRefused" || current?.reason === "RoutingInvalid")
    return "Failed";
  // A split that waits for a deployment, or a gateway that is away, is trouble to show and no reason to call the endpoint unfinished for ever.
  const unfinished = current === undefined || current.reason === "Programming" || current.reason === "NoGateway";
  const settledBefore = isSettled(endpoint.provisioningState) && endpoint.observedGeneration === endpoint.generation;
  if (!unfinished || settledBefore || Object.values(endpoint.spec.traffic).every((percent) => percent === 0)) return "Succeeded";
  return endpoint.observedGeneration <= 1 && endpoint.provisioningState === "Creating" ? "Creating" : "Updating";
}

function readyCondition(endpoint: EndpointRow, state: ProvisioningState, conditions: readonly Condition[]): ConditionInput {
  const base = { type: "Ready", observedGeneration: endpoint.generation } as const;
  const trouble = ["AuthReady", "TrafficProgrammed"].map((type) => findCondition(conditions, type)).find((condition) => condition?.status === "False");
  if (trouble !== undefined)
    return { ...base, status: "False", reason: trouble.reason, message: trouble.message, ...(trouble.hint === undefined ? {} : { hint: trouble.hint }) };
  return state === "Succeeded"
    ? { ...base, status: "True", reason: "Ready", message: "The endpoint answers." }
    : { ...base, status: "Unknown", reason: "Converging", message: "Working towards the wished state." };
}

function statusOf(endpoint: EndpointRow, keyCount: number, ends: readonly CertificateEnd[], nowMs: number): ObservedStatus {
  const withAuth = mergeCondition(withCertificates(endpoint, ends, nowMs), authReady(endpoint, keyCount), nowMs);
  const provisioningState = stateOf(endpoint, withAuth);
  const conditions = mergeCondition(withAuth, readyCondition(endpoint, provisioningState, withAuth), nowMs);
  const failure = provisioningState === "Failed" ? (findCondition(conditions, "Ready")?.message ?? null) : null;
  return { observedGeneration: endpoint.generation, provisioningState, conditions, lastError: failure };
}

async function finishOperations(session: StoreSession, endpoint: EndpointRow, status: ObservedStatus, nowMs: number): Promise<void> {
  if (!isSettled(status.provisioningState)) return;
  const failed = status.provisioningState === "Failed";
  const ready = findCondition(status.conditions, "Ready");
  await session.operations.finish(
    endpoint.id,
    status.observedGeneration,
    failed ? "Failed" : "Succeeded",
    failed ? { code: ready?.reason ?? "Failed", message: status.lastError ?? "", hint: ready?.hint ?? "" } : null,
    nowMs,
  );
}

async function converge(context: ControlContext, key: string): Promise<Outcome> {
  await writeRoutine(context, async (session) => {
    const endpoint = await session.endpoints.lock(key);
    if (endpoint === null || endpoint.deletedAt !== null || endpoint.deleteRequested) return;
    const keys = await session.endpoints.listKeys([key]);
    const now = context.clock.now();
    const ends = await session.endpointDomains.listEnds(key);
    const status = statusOf(endpoint, keys.length, ends, now);
    const changed = await session.endpoints.updateStatus(key, status);
    if (changed && isMoreThanCertificates(endpoint, status)) context.noteWrite();
    await warnOfCertificates(session, endpoint, ends, now);
    const news = changed && (status.provisioningState !== endpoint.provisioningState || status.observedGeneration !== endpoint.observedGeneration);
    if (news) await finishOperations(session, endpoint, status, now);
  });
  return done;
}

/** Deployments go first, by their own reconcilers; then keys, then the row is marked gone and its name is free. */
async function remove(context: ControlContext, endpoint: EndpointRow): Promise<Outcome> {
  const deployments = await context.store.deployments.listByEndpoint(endpoint.id);
  await writeRoutine(context, async (session) => {
    const now = context.clock.now();
    for (const deployment of deployments) if (await session.deployments.requestDelete(deployment.id)) await session.changes.append("deployment", deployment.id);
    await session.endpoints.updateStatus(endpoint.id, {
      observedGeneration: endpoint.generation,
      provisioningState: "Deleting",
      conditions: endpoint.conditions,
      lastError: null,
    });
    if (deployments.length > 0) return;
    await session.endpoints.deleteKeys(endpoint.id);
    await session.clientKeys.removeByEndpoint(endpoint.id);
    await session.endpointDomains.removeByEndpoint(endpoint.id);
    await session.endpoints.markDeleted(endpoint.id, now);
    await session.operations.finish(endpoint.id, endpoint.generation, "Succeeded", null, now);
    await recordEvent(
      session,
      { workspaceId: endpoint.workspaceId, endpointId: endpoint.id, severity: "info", reason: "EndpointDeleted", message: `${endpoint.name} is deleted.` },
      now,
    );
    await session.changes.append("traffic", endpoint.id);
  });
  return done;
}

/** Says how an endpoint stands, and takes it away when that is wished. */
export function endpointReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.endpoint,
    concurrency: 2,
    deadlineMs: 30_000,
    async reconcile(key) {
      const endpoint = await context.store.endpoints.findById(key);
      if (endpoint === null || endpoint.deletedAt !== null) return done;
      return endpoint.deleteRequested ? remove(context, endpoint) : converge(context, key);
    },
  };
}
