/** What its maker allows a named client key; null means no limit. */
export interface ClientKeyRules {
  /** Whether its holder may choose a deployment by `azureml-model-deployment`. */
  readonly mayPin: boolean;
  /** Unix milliseconds from which on it is refused. */
  readonly expiresAt: number | null;
  readonly ratePerSecond: number | null;
  /** Accepted calls in one day of UTC. */
  readonly dailyQuota: number | null;
}

/** Accepted calls of one key: of the latest day that it was used on, and in all. */
export interface ClientKeyUse {
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly requests: number;
  readonly total: number;
  readonly lastUsedAt: number;
}

export const clientKeyStates = ["active", "quota_reached", "expired", "revoked"] as const;
export type ClientKeyState = (typeof clientKeyStates)[number];

/** Every secret begins with it, so that scanners of repositories know one when they see it. */
export const clientKeyPrefix = "slk_";
/** So much of a secret is kept and shown; what is left still has 232 random bits. */
export const shownPrefixLength = clientKeyPrefix.length + 4;

/** Safe in the proxy's tables and in rows; lower case, so that two names never differ by case alone. */
export const clientKeyNamePattern = /^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/;
/** What rows call Azure's two keys. */
export const reservedKeyNames: readonly string[] = ["primary", "secondary"];

export const mostClientKeys = 10_000;
export const mostRequestsPerSecond = 1_000_000;
export const mostDailyRequests = 2_000_000_000;
/** Longest time that a replaced secret may go on: 30 days. */
export const longestOverlapMs = 30 * 24 * 3_600_000;

const dayMs = 24 * 3_600_000;
/** Days since 1970, UTC. */
export const utcDay = (atMs: number): number => Math.floor(atMs / dayMs);
/** The first millisecond of the next day, when quotas begin anew. */
export const endOfUtcDay = (atMs: number): number => (utcDay(atMs) + 1) * dayMs;

/** Calls of the day that `nowMs` lies in. */
export const usedToday = (use: ClientKeyUse | null, nowMs: number): number => (use?.day === utcDay(nowMs) ? use.requests : 0);

/** Until when the day's quota refuses the key (Unix milliseconds); null while some of it is left. The counts are some seconds old. */
export function quotaBlockedUntil(rules: Pick<ClientKeyRules, "dailyQuota">, use: ClientKeyUse | null, nowMs: number): number | null {
  return rules.dailyQuota !== null && usedToday(use, nowMs) >= rules.dailyQuota ? endOfUtcDay(nowMs) : null;
}

export function clientKeyState(key: ClientKeyRules & { readonly revokedAt: number | null }, use: ClientKeyUse | null, nowMs: number): ClientKeyState {
  if (key.revokedAt !== null) return "revoked";
  if (key.expiresAt !== null && key.expiresAt <= nowMs) return "expired";
  return quotaBlockedUntil(key, use, nowMs) === null ? "active" : "quota_reached";
}

/** One gateway's part of a rate, so that all live ones together allow the whole (at least one request a second each). */
export const shareOfRate = (ratePerSecond: number, liveGateways: number): number => Math.max(1, Math.floor(ratePerSecond / Math.max(1, liveGateways)));
