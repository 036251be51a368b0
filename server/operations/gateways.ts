import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import type { GatewayDto } from "#server/contract/compute";
import { gatewayState } from "#server/domain/routing/gateway-state";
import { percentile } from "#server/domain/percentile";
import type { GatewayRow, TimedAcknowledgement } from "#server/store/gateways";
import type { OperationContext } from "./context";
import { wholePage } from "./usage";

/** How many acknowledgements of each gateway are told. */
const told = 50;

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

function lagOf(acknowledgements: GatewayDto["acknowledgements"]): GatewayDto["lag"] {
  const lags = acknowledgements.filter(({ outcome }) => outcome === "applied").map(({ lagMs }) => lagMs);
  return lags.length === 0 ? null : { p50Ms: percentile(lags, 0.5), p99Ms: percentile(lags, 0.99) };
}

function toDto(gateway: GatewayRow, rows: readonly TimedAcknowledgement[], newestRevision: number, now: number): GatewayDto {
  // A gateway's clock may be behind ours; no lag is below nothing.
  const acknowledgements = rows.map(({ revision, outcome, reason, appliedAt, createdAt }) => ({
    revision,
    outcome,
    reason,
    appliedAt,
    lagMs: Math.max(0, appliedAt - createdAt),
  }));
  return {
    id: gateway.id,
    name: gateway.name,
    address: gateway.address,
    state: gatewayState(gateway, newestRevision, now),
    proxyVersion: gateway.proxyVersion,
    appliedRevision: gateway.appliedRevision,
    newestRevision,
    refusedRevision: gateway.refusedRevision,
    refusedReason: gateway.refusedReason,
    inFlight: total(gateway.inFlight.instances),
    queued: total(gateway.inFlight.queuedByDeployment),
    lag: lagOf(acknowledgements),
    acknowledgements,
    shedLogLines: gateway.inFlight.shedLogLines ?? 0,
    lastSeenAt: gateway.lastSeenAt,
  };
}

/** Every gateway with what it runs, how far it is behind, what it carries, and its last words on routing revisions. */
export async function listGateways(context: OperationContext): Promise<Page<GatewayDto>> {
  requireVerb(context.actor, "compute.read");
  const { store, clock } = context;
  const [gateways, newest] = await Promise.all([store.gateways.list(), store.routing.findNewestDigest()]);
  const now = clock.now();
  const items = gateways.map(async (gateway) => toDto(gateway, await store.routing.listAcknowledgementsOf(gateway.id, told), newest?.revision ?? 0, now));
  return wholePage(await Promise.all(items));
}
