import { reservedKeyNames, utcDay } from "#server/domain/endpoint/client-key";
import type { RequestRow } from "#server/domain/request-row/types";
import type { Db } from "../db";

export interface KeyUse {
  /** Lower-case name of the endpoint. */
  readonly endpoint: string;
  readonly key: string;
  /** Days since 1970, UTC. */
  readonly day: number;
  requests: number;
  lastUsedAt: number;
}

/** Refusals of the key itself: they use nothing up, and a key that is only refused is not in use. */
const refusals: ReadonlySet<string> = new Set(["KeyExpired", "PinNotAllowed", "KeyRateReached", "KeyQuotaReached"]);

/** Calls that were accepted with a named client key, by day, oldest day first. */
export function keyUseOf(rows: readonly RequestRow[]): readonly KeyUse[] {
  const uses = new Map<string, KeyUse>();
  for (const { endpoint, keyName: key, startedAt, errorCode, mirrored } of rows) {
    if (key === "" || reservedKeyNames.includes(key) || mirrored || refusals.has(errorCode)) continue;
    const day = utcDay(startedAt);
    const id = `${endpoint.toLowerCase()}|${key}|${String(day)}`;
    const use = uses.get(id) ?? { endpoint: endpoint.toLowerCase(), key, day, requests: 0, lastUsedAt: 0 };
    uses.set(id, use);
    use.requests += 1;
    use.lastUsedAt = Math.max(use.lastUsedAt, startedAt);
  }
  return [...uses.values()].sort((a, b) => a.day - b.day || (`${a.endpoint}|${a.key}` < `${b.endpoint}|${b.key}` ? -1 : 1));
}

/** Adds one day's uses; keys that reached their quota wake the loop that tells the gateways. A late row of an earlier day counts in all only. */
const add = `
  WITH used AS (
    SELECT k.id, k.endpoint_id, k.daily_quota, x.day, x.requests, to_timestamp(x."lastUsedAt" / 1000.0) AS last_used_at
    FROM jsonb_to_recordset($1::jsonb) AS x(endpoint text, key text, day int, requests int, "lastUsedAt" float8)
    JOIN endpoint e ON lower(e.name) = x.endpoint AND e.deleted_at IS NULL
    JOIN client_key k ON k.endpoint_id = e.id AND k.name = x.key
  ), added AS (
    INSERT INTO client_key_usage AS u (client_key_id, day, requests, total, last_used_at)
    SELECT id, day, requests, requests, last_used_at FROM used ORDER BY id
    ON CONFLICT (client_key_id) DO UPDATE SET
      requests = CASE WHEN EXCLUDED.day > u.day THEN EXCLUDED.requests WHEN EXCLUDED.day = u.day THEN u.requests + EXCLUDED.requests ELSE u.requests END,
      day = GREATEST(u.day, EXCLUDED.day), total = u.total + EXCLUDED.total, last_used_at = GREATEST(u.last_used_at, EXCLUDED.last_used_at)
    RETURNING client_key_id, requests
  )
  INSERT INTO change (kind, key)
  SELECT DISTINCT 'traffic', used.endpoint_id FROM added JOIN used ON used.id = added.client_key_id WHERE added.requests >= used.daily_quota`;

/** Runs inside the caller's transaction, one statement for each day (nearly always one). */
export async function addKeyUse(tx: Db, uses: readonly KeyUse[]): Promise<void> {
  for (const day of new Set(uses.map((use) => use.day))) await tx.query(add, [JSON.stringify(uses.filter((use) => use.day === day))]);
}
