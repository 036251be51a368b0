import { quotaBlockedUntil, shareOfRate } from "#server/domain/endpoint/client-key";
import type { RoutingKey } from "#server/domain/routing/types";
import type { ClientKeyRow } from "#server/store/client-keys";

/**
 * A key's secrets as gateways need them: the present one, and the one before the last rotation, which ends by itself. Times that are over stay in, so
 * that a caller is told what ended; and so the document changes with wishes and quotas only, not with the clock.
 */
export function compileClientKey(row: ClientKeyRow, liveGateways: number, nowMs: number): RoutingKey[] {
  const { id, name, expiresAt, ratePerSecond, dailyQuota, mayPin, previous } = row;
  const grant = {
    id,
    notAfter: expiresAt,
    blockedUntil: quotaBlockedUntil(row, row.use, nowMs),
    rate: ratePerSecond === null ? null : { perSecond: ratePerSecond, here: shareOfRate(ratePerSecond, liveGateways) },
    dailyQuota,
    mayPin,
  };
  const present = { sha256: row.sha256, name, grant };
  if (previous === null) return [present];
  return [present, { sha256: previous.sha256, name, grant: { ...grant, notAfter: Math.min(previous.until, expiresAt ?? previous.until) } }];
}
