import type { GatewayRow } from "#server/store/gateways";
import type { StoreSession } from "#server/store/store";

/**
 * For ending instances and reusing addresses a silent gateway counts longer: its agent may be restarting while its proxy still serves
 * the last revision.
 */
export const trustedForMs = 30_000;

export interface RoutingView {
  /** Revisions that the gateways which count run. */
  readonly applied: readonly number[];
  readonly gateways: readonly GatewayRow[];
}

export async function readRoutingView(session: Pick<StoreSession, "gateways">, now: number, withinMs: number): Promise<RoutingView> {
  const gateways = await session.gateways.listLive(now - withinMs);
  return { gateways, applied: gateways.map((gateway) => gateway.appliedRevision) };
}

/** Requests in flight at an instance by reports not older than `sinceMs`; null when a gateway that counts has not reported since. */
export function inFlightAt(gateways: readonly GatewayRow[], instanceId: string, sinceMs: number): number | null {
  let sum = 0;
  for (const gateway of gateways) {
    if (gateway.inFlight.observedAt < sinceMs) return null;
    sum += gateway.inFlight.instances[instanceId] ?? 0;
  }
  return gateways.length === 0 ? null : sum;
}
