import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { EndpointDto, TrafficChangeDto, updateTrafficSchema } from "#server/contract/endpoint";
import { conflict, type SluiceError } from "#server/domain/errors";
import { judgeTrafficOfShadows } from "#server/domain/mirror/rules";
import { judgeTraffic, sameTraffic, type Traffic, type TrafficTarget } from "#server/domain/traffic/rules";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import type { AuditInput } from "./audit";
import type { OperationContext } from "./context";
import { endpointDto, toChangeDto } from "./endpoint-dto";
import { findEndpoint, lockEndpoint } from "./find";
import { wholePage } from "./usage";
import { recordWish } from "./wish";

const describe = (traffic: Traffic): string =>
  Object.entries(traffic)
    .map(([name, percent]) => `${name} ${String(percent)} %`)
    .join(", ") || "all off";

/** Tells the late one what holds now, so that the studio can show it beside what they meant. */
export async function staleTraffic(session: StoreSession, endpoint: EndpointRow): Promise<SluiceError> {
  const [latest] = await session.trafficChanges.listByEndpoint(endpoint.id, 1);
  const by = latest === undefined ? "" : ` by ${latest.actorName}`;
  return conflict("endpoint.generation_stale", `${endpoint.name} was changed meanwhile: the split is now ${describe(endpoint.spec.traffic)}${by}.`, [
    { path: "traffic", message: describe(endpoint.spec.traffic) },
    { path: "generation", message: `is ${String(endpoint.generation)} by now` },
  ]);
}

/** The endpoint's deployments as rules about shares see them. */
export async function trafficTargets(session: StoreSession, endpointId: string): Promise<TrafficTarget[]> {
  const deployments = await session.deployments.listByEndpoint(endpointId);
  const instances = await session.instances.listByDeployments(deployments.map((deployment) => deployment.id));
  return deployments.map((deployment) => ({
    name: deployment.name,
    deleting: deployment.deleteRequested,
    hasReadyInstance: instances.some((instance) => instance.deploymentId === deployment.id && instance.ready && instance.desiredState === "Running"),
  }));
}

interface RoutingWish {
  readonly action: "endpoint.traffic.write" | "endpoint.mirror.write" | "endpoint.limits.write" | "endpoint.routing.write";
  readonly spec: Partial<EndpointRow["spec"]>;
  /** What the audit tells. */
  readonly before: NonNullable<AuditInput["before"]>;
  readonly after: NonNullable<AuditInput["after"]>;
}

/** Writes a judged wish about where calls go and how many, with what belongs to it; throws as stale when another was written meanwhile. */
export async function writeRoutingWish(context: OperationContext, session: StoreSession, endpoint: EndpointRow, wish: RoutingWish): Promise<EndpointRow> {
  const { action, spec, before, after } = wish;
  const updated = await session.endpoints.updateSpecIfGeneration(endpoint.id, endpoint.generation, { ...endpoint.spec, ...spec });
  if (updated === null) throw await staleTraffic(session, endpoint);
  await recordWish(context, session, {
    audit: { action, targetType: "endpoint", targetId: endpoint.id, targetName: endpoint.name, endpointId: endpoint.id, before, after },
    changes: [
      ["endpoint", endpoint.id],
      ["traffic", endpoint.id],
    ],
    generation: updated.generation,
  });
  return updated;
}

async function writeSplit(context: OperationContext, session: StoreSession, endpoint: EndpointRow, after: Traffic): Promise<EndpointRow> {
  const before = endpoint.spec.traffic;
  const wish = { action: "endpoint.traffic.write", spec: { traffic: after }, before: { traffic: before }, after: { traffic: after } } as const;
  const updated = await writeRoutingWish(context, session, endpoint, wish);
  const { userId, name } = context.actor;
  const change = { before, after, actorId: userId, actorName: name, createdAt: context.clock.now() };
  await session.trafficChanges.insert({ id: context.newId("operation"), endpointId: endpoint.id, generation: updated.generation, ...change });
  return updated;
}

/**
 * Wishes a split; undo is wishing the one before. Refused: a generation that is no longer the newest (the message says the newer split), a sum
 * that is neither 0 nor 100, shares finer than the installation's step, unknown deployments, more for a deployment that has no ready instance. The split that already holds changes nothing.
 */
export async function updateTraffic(context: OperationContext, input: z.output<typeof updateTrafficSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.traffic.write");
  const row = await context.store.transaction(async (session) => {
    const before = await lockEndpoint(context, session, input.endpoint);
    if (before.generation !== input.generation) throw await staleTraffic(session, before);
    const judged = judgeTraffic(input.traffic, before.spec.traffic, await trafficTargets(session, before.id), context.settings.trafficStep);
    if (!judged.ok) throw judged.error;
    const refusal = judgeTrafficOfShadows(judged.data, before.spec.mirror, context.settings.mirrorPolicy);
    if (refusal !== null) throw refusal;
    return sameTraffic(judged.data, before.spec.traffic) ? before : writeSplit(context, session, before, judged.data);
  });
  return endpointDto(context, row);
}

/** Accepted splits of an endpoint, newest first, each with what became of it at the gateways. */
export async function listTrafficChanges(
  context: OperationContext,
  input: { readonly endpoint: string; readonly limit?: number | undefined },
): Promise<Page<TrafficChangeDto>> {
  requireVerb(context.actor, "endpoint.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  const [rows, gateways] = await Promise.all([context.store.trafficChanges.listByEndpoint(endpoint.id, input.limit ?? 50), context.store.gateways.list()]);
  const now = context.clock.now();
  return wholePage(rows.map((row) => toChangeDto(row, gateways, now)));
}
