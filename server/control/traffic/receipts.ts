import { findCondition, mergeCondition, type ConditionInput } from "#server/domain/condition";
import { canonicalJson } from "#server/domain/routing/canonical-json";
import { gatewayLiveMs } from "#server/domain/routing/liveness";
import type { RoutingEndpoint } from "#server/domain/routing/types";
import type { EndpointRow } from "#server/store/endpoints";
import type { AcknowledgementRow, GatewayRow, StoredRevision } from "#server/store/gateways";
import type { StoreSession } from "#server/store/store";
import { loops, write, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { readRoutingView } from "../gateways";
import type { CompiledEndpoint, RoutingWorld } from "./compile";

interface Verdict {
  readonly kind: "programmed" | "pending" | "refused" | "no_gateway";
  readonly appliedAt: number;
  readonly gatewayCount: number;
  readonly reason: string;
}

function judge(revision: StoredRevision | null, gateways: readonly GatewayRow[], acknowledgements: readonly AcknowledgementRow[]): Verdict {
  const none = { appliedAt: 0, gatewayCount: gateways.length, reason: "" };
  if (gateways.length === 0 || revision === null) return { ...none, kind: "no_gateway" };
  const refusal = gateways.find((gateway) => gateway.refusedRevision === revision.revision);
  if (refusal !== undefined) return { ...none, kind: "refused", reason: refusal.refusedReason ?? "The gateway refused the revision." };
  if (gateways.some((gateway) => gateway.appliedRevision < revision.revision)) return { ...none, kind: "pending" };
  const times = acknowledgements.filter((one) => gateways.some((gateway) => gateway.id === one.gatewayId)).map((one) => one.appliedAt);
  return { ...none, kind: "programmed", appliedAt: Math.max(revision.createdAt, ...times) };
}

function conditionOf(
  endpoint: EndpointRow,
  compiled: CompiledEndpoint | undefined,
  verdict: Verdict,
  invalid: string | undefined,
  revision: StoredRevision | null,
): ConditionInput {
  const base = { type: "TrafficProgrammed", observedGeneration: endpoint.generation } as const;
  if (invalid !== undefined)
    return {
      ...base,
      status: "False",
      reason: "RoutingInvalid",
      message: `The routing of this endpoint breaks a rule: ${invalid}.`,
      hint: "Gateways keep the last good routing of this endpoint; others are not held up. Change what the message names.",
    };
  if (verdict.kind === "refused")
    return {
      ...base,
      status: "False",
      reason: "GatewayRefused",
      message: `A gateway refused the routing: ${verdict.reason}`,
      hint: "Gateways keep the last good routing. The gateway's log says more.",
    };
  if (compiled !== undefined && compiled.waitingFor.length > 0)
    return {
      ...base,
      status: "False",
      reason: "DeploymentNotReady",
      message: `No instance is ready in: ${compiled.waitingFor.join(", ")}. The split before stays in force.`,
      hint: "Wait until the deployment is ready, or give the traffic to another.",
    };
  if (verdict.kind === "no_gateway")
    return {
      ...base,
      status: "Unknown",
      reason: "NoGateway",
      message: "No gateway has been heard of in the last seconds.",
      hint: "Check that the gateway runs.",
    };
  if (verdict.kind === "pending")
    return { ...base, status: "Unknown", reason: "Programming", message: `Gateways are taking over revision ${String(revision?.revision ?? 0)}.` };
  return {
    ...base,
    status: "True",
    reason: "Programmed",
    message: `${String(verdict.gatewayCount)} ${verdict.gatewayCount === 1 ? "gateway runs" : "gateways run"} the split.`,
  };
}

async function writeCondition(session: StoreSession, id: string, input: ConditionInput, nowMs: number): Promise<void> {
  // Two loops write conditions of an endpoint, each its own; the row's lock keeps one from undoing the other.
  const row = await session.endpoints.lock(id);
  if (row === null || row.deletedAt !== null) return;
  const before = findCondition(row.conditions, input.type);
  const status = {
    observedGeneration: row.observedGeneration,
    provisioningState: row.provisioningState,
    lastError: row.lastError,
    conditions: mergeCondition(row.conditions, input, nowMs),
  };
  if (!(await session.endpoints.updateStatus(id, status))) return;
  await session.changes.append("endpoint_condition", id);
  if (input.status !== "False" || (before?.reason === input.reason && before.message === input.message)) return;
  await recordEvent(
    session,
    { workspaceId: row.workspaceId, endpointId: id, severity: "warning", reason: input.reason, message: input.message, hint: input.hint ?? null },
    nowMs,
  );
}

const sameCondition = (endpoint: EndpointRow, input: ConditionInput): boolean => {
  const known = findCondition(endpoint.conditions, input.type);
  return (
    known !== undefined &&
    known.status === input.status &&
    known.reason === input.reason &&
    known.message === input.message &&
    known.observedGeneration === input.observedGeneration
  );
};

/**
 * Whether what the condition said of the endpoint before still holds while gateways take a revision over: its part of it is as it was. Otherwise one
 * endpoint's change would have every endpoint of the installation "Programming" and back, two writes each.
 */
function isAsItWas(endpoint: EndpointRow, compiled: CompiledEndpoint | undefined, previous: RoutingEndpoint | undefined): boolean {
  const known = findCondition(endpoint.conditions, "TrafficProgrammed");
  if (known?.status !== "True" || known.observedGeneration !== endpoint.generation) return false;
  return compiled !== undefined && previous !== undefined && canonicalJson(compiled.document) === canonicalJson(previous);
}

/** Receipts of accepted splits: which revision carries each, and when the last gateway ran it, or why none will. */
async function writeReceipts(
  context: ControlContext,
  world: RoutingWorld,
  conditions: ReadonlyMap<string, ConditionInput>,
  verdict: Verdict,
  revision: StoredRevision | null,
): Promise<void> {
  const pending = (await context.store.trafficChanges.listPending()).filter((change) =>
    world.endpoints.some((endpoint) => endpoint.id === change.endpointId && endpoint.generation >= change.generation),
  );
  if (pending.length === 0) return;
  await write(context, async (session) => {
    for (const change of pending) {
      const condition = conditions.get(change.endpointId);
      if (condition?.reason === "GatewayRefused" || condition?.reason === "RoutingInvalid")
        await session.trafficChanges.updateReceipt(change.id, { routingRevision: revision?.revision ?? null, refusedReason: condition.message });
      else if (condition?.status === "True")
        await session.trafficChanges.updateReceipt(change.id, {
          routingRevision: revision?.revision ?? null,
          appliedAt: verdict.appliedAt,
          gatewayCount: verdict.gatewayCount,
        });
      else if (change.routingRevision !== (revision?.revision ?? null) && condition?.reason === "Programming")
        await session.trafficChanges.updateReceipt(change.id, { routingRevision: revision?.revision ?? null });
    }
  });
}

/** Wakes instances whose drain or address waited for exactly these acknowledgements. */
function wakeWaiting(context: ControlContext, world: RoutingWorld): void {
  for (const row of world.instances) if (row.unroutedRevision !== null && row.desiredState !== "Running") context.enqueue(loops.instance, row.id);
}

/** Says of every endpoint whether its split is in force, and completes the receipts; true when nothing is left to wait for. */
export async function judgeReceipts(
  context: ControlContext,
  world: RoutingWorld,
  compiled: readonly CompiledEndpoint[],
  revision: StoredRevision | null,
  invalid: ReadonlyMap<string, string>,
): Promise<boolean> {
  const now = context.clock.now();
  const { gateways } = await readRoutingView(context.store, now, gatewayLiveMs);
  const acknowledgements = revision === null ? [] : await context.store.routing.listAcknowledgements(revision.revision);
  const verdict = judge(revision, gateways, acknowledgements);
  const live = world.endpoints.filter((endpoint) => !endpoint.deleteRequested);
  const documents = new Map(compiled.map((one) => [one.document.id, one]));
  const conditions = new Map(
    live.map((endpoint) => [endpoint.id, conditionOf(endpoint, documents.get(endpoint.id), verdict, invalid.get(endpoint.id), revision)]),
  );
  await writeReceipts(context, world, conditions, verdict, revision);
  // A gateway that is further behind may lack more than this revision's change, so nothing is taken for granted then.
  const oneBehind = gateways.every((gateway) => gateway.appliedRevision >= (revision?.revision ?? 0) - 1);
  const previous = new Map(world.previous.map((endpoint) => [endpoint.id, endpoint]));
  const news = live.flatMap((endpoint) => {
    const input = conditions.get(endpoint.id);
    if (input === undefined || sameCondition(endpoint, input)) return [];
    if (input.reason === "Programming" && oneBehind && isAsItWas(endpoint, documents.get(endpoint.id), previous.get(endpoint.id))) return [];
    return [{ id: endpoint.id, input }];
  });
  if (news.length > 0)
    await write(context, async (session) => {
      for (const { id, input } of news) await writeCondition(session, id, input, now);
    });
  if (verdict.kind === "programmed") wakeWaiting(context, world);
  return verdict.kind === "programmed" || verdict.kind === "refused";
}
