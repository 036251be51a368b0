import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { EndpointDto } from "#server/contract/endpoint";
import type { LimitsReport, updateLimitsSchema } from "#server/contract/limits";
import { judgeLimits, limitNames, limitPresets, noLimits, presetOf, sameLimits, type EndpointLimits } from "#server/domain/endpoint/limits";
import { scoringErrorCodes, type ScoringErrorName } from "#server/domain/routing/error-codes";
import { gatewayLiveMs } from "#server/domain/routing/liveness";
import { endpointScope } from "#server/telemetry/query/scope";
import { countByCode } from "#server/telemetry/query/refusals";
import type { OperationContext } from "./context";
import { endpointDto } from "./endpoint-dto";
import { findEndpoint, lockEndpoint } from "./find";
import { staleTraffic, writeRoutingWish } from "./update-traffic";

/** What differs, for the audit. */
const changed = (from: EndpointLimits, to: EndpointLimits): Partial<EndpointLimits> =>
  Object.fromEntries(limitNames.filter((name) => from[name] !== to[name]).map((name) => [name, from[name]]));

/**
 * Wishes what an endpoint may take; gateways take it up without a reload. Refused: a generation that is no longer the newest, and values outside their
 * ranges, each with its range. The limits that already hold change nothing.
 */
export async function updateLimits(context: OperationContext, input: z.output<typeof updateLimitsSchema>): Promise<EndpointDto> {
  requireVerb(context.actor, "endpoint.limits.write");
  const row = await context.store.transaction(async (session) => {
    const before = await lockEndpoint(context, session, input.endpoint);
    if (before.generation !== input.generation) throw await staleTraffic(session, before);
    const base = input.preset === undefined ? before.spec.limits : limitPresets[input.preset];
    const given = Object.fromEntries(Object.entries(input.limits).filter(([, value]) => value !== undefined));
    const judged = judgeLimits({ ...base, ...given });
    if (!judged.ok) throw judged.error;
    if (sameLimits(judged.data, before.spec.limits)) return before;
    return writeRoutingWish(context, session, before, {
      action: "endpoint.limits.write",
      spec: { limits: judged.data },
      before: { limits: changed(before.spec.limits, judged.data) },
      after: { limits: changed(judged.data, before.spec.limits) },
    });
  });
  return endpointDto(context, row);
}

async function presentUse(context: OperationContext, endpoint: string): Promise<LimitsReport["use"]> {
  const gateways = await context.store.gateways.listLive(context.clock.now() - gatewayLiveMs);
  if (gateways.length === 0) return null;
  const uses = gateways.map(({ inFlight }) => inFlight.limits?.[endpoint]).filter((use) => use !== undefined);
  const sum = (of: (use: (typeof uses)[number]) => number): number => uses.reduce((total, use) => total + of(use), 0);
  return {
    gateways: gateways.length,
    observedAt: Math.max(...gateways.map(({ inFlight }) => inFlight.observedAt)),
    requestsPerSecond: sum((use) => use.requests),
    connections: sum((use) => use.connections),
    newConnectionsPerSecond: sum((use) => use.newConnections),
    bandwidthInBytesPerSecond: sum((use) => use.bytesIn),
    bandwidthOutBytesPerSecond: sum((use) => use.bytesOut),
  };
}

const refusedWith = {
  requestsPerSecond: "EndpointRateReached",
  connections: "EndpointConnectionsReached",
  newConnectionsPerSecond: "EndpointNewConnectionsReached",
  bodyBytes: "PayloadTooLarge",
  uriBytes: "EndpointUriTooLong",
  headerBytes: "EndpointHeadersTooLarge",
  slowCallerMs: "ClientTimeout",
} as const satisfies Partial<Record<keyof EndpointLimits, ScoringErrorName>>;

const hourMs = 3_600_000;

async function refusals(context: OperationContext, endpoint: string): Promise<LimitsReport["refusals"]> {
  const scope = await endpointScope(context.telemetryDb, context.actor.workspaceId, endpoint);
  const codes = Object.values(refusedWith).map((name) => scoringErrorCodes[name].code);
  const counts = await countByCode(context.telemetryDb, scope, context.clock.now() - hourMs, codes);
  const of = (name: keyof typeof refusedWith): number => counts.get(scoringErrorCodes[refusedWith[name]].code) ?? 0;
  return {
    requestsPerSecond: of("requestsPerSecond"),
    connections: of("connections"),
    newConnectionsPerSecond: of("newConnectionsPerSecond"),
    bodyBytes: of("bodyBytes"),
    uriBytes: of("uriBytes"),
    headerBytes: of("headerBytes"),
    slowCallerMs: of("slowCallerMs"),
  };
}

/** An endpoint's limits, what its callers take of them now, and what was refused in the last hour. */
export async function getLimits(context: OperationContext, input: { readonly endpoint: string }): Promise<LimitsReport> {
  requireVerb(context.actor, "endpoint.read");
  const row = await findEndpoint(context, input.endpoint);
  const { limits } = row.spec;
  const unlimited = sameLimits(limits, noLimits);
  const [use, refused] = await Promise.all([unlimited ? null : presentUse(context, row.name.toLowerCase()), refusals(context, input.endpoint)]);
  return { limits: { ...limits }, preset: presetOf(limits), generation: row.generation, use, refusals: refused };
}
