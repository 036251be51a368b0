import { clockLeewaySeconds } from "./types";

const hourMs = 3_600_000;

/** How long a token is good: long enough that callers outlive hours without a management side. */
export const tokenLifetimeMs = 12 * hourMs;
/** The shortest that can be asked for, in seconds; clocks that differ add their 5 minutes to every token. */
export const leastTokenSeconds = 60;
/** From when on callers should fetch a new one: half the lifetime is left then to get it. */
export const tokenRefreshAfterMs = 6 * hourMs;
/** A key is published this long before it signs, so that every gateway and reader of the key set knows it by then. */
export const publishAheadMs = 24 * hourMs;
/** How long a key signs. */
export const signingPeriodMs = 30 * 24 * hourMs;

export interface DatedKey {
  readonly id: string;
  /** Unix milliseconds; also since when it is published. */
  readonly createdAt: number;
}

export interface KeyPlan {
  /** The id of the key that signs now; null while there is none. */
  readonly signs: string | null;
  /** The next one is due. */
  readonly make: boolean;
  /** Ids of keys whose last token has expired everywhere. */
  readonly remove: readonly string[];
}

/**
 * What should be done about one workspace's signing keys. The oldest key there is signs from its making, every later one from `publishAheadMs` after; a key
 * is honoured until the last token that it can have signed has expired, the leeway of clocks included.
 */
export function planSigningKeys(keys: readonly DatedKey[], nowMs: number): KeyPlan {
  const ordered = [...keys].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const dated = ordered.map((key, index) => ({ key, from: index === 0 ? key.createdAt : key.createdAt + publishAheadMs }));
  const signs = dated.filter(({ from }) => from <= nowMs).at(-1) ?? dated[0];
  const newest = dated.at(-1);
  return {
    signs: signs?.key.id ?? null,
    make: newest === undefined || newest.from + signingPeriodMs - publishAheadMs <= nowMs,
    remove: dated.filter((_, index) => (dated[index + 1]?.from ?? Infinity) + tokenLifetimeMs + clockLeewaySeconds * 1000 < nowMs).map(({ key }) => key.id),
  };
}
