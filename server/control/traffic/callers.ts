import { createPublicKey } from "node:crypto";
import type { AuthMode } from "#server/domain/endpoint/types";
import type { RoutingEndpoint, RoutingKey, RoutingTokenKey, RoutingTrust } from "#server/domain/routing/types";
import type { CallerProvider, ProviderKeys } from "#server/domain/token/provider";
import { audienceOf, consoleAudienceOf, issuerOf } from "#server/domain/token/types";
import type { EndpointRow } from "#server/store/endpoints";
import type { SigningKeyRow } from "#server/store/signing-keys";

export interface KnownProvider extends CallerProvider {
  readonly keys: ProviderKeys["keys"];
}

export interface TokenWorld {
  /** Of all workspaces, oldest first; every one of them is honoured. */
  readonly signingKeys: readonly SigningKeyRow[];
  /** Identity providers by workspace id, with their keys as last read. */
  readonly providers: ReadonlyMap<string, KnownProvider>;
}

const known = new WeakMap<SigningKeyRow, RoutingTokenKey>();

/** The key as gateways take it: DER in base64. Made once for a row, however many endpoints its tokens are for. */
function routingKeyOf(row: SigningKeyRow): RoutingTokenKey {
  const made = known.get(row);
  if (made !== undefined) return made;
  const { kid, publicJwk } = row;
  const spki = createPublicKey({ key: { ...publicJwk }, format: "jwk" }).export({ type: "spki", format: "der" });
  const key = { kid, alg: publicJwk.alg, spki: spki.toString("base64") };
  known.set(row, key);
  return key;
}

const ownKeys = (row: EndpointRow, { signingKeys }: TokenWorld): RoutingTokenKey[] =>
  signingKeys.filter((key) => key.workspaceId === row.workspaceId).map(routingKeyOf);

/** Whose tokens a mode stands for. */
function trustsOf(mode: AuthMode, row: EndpointRow, world: TokenWorld, until: number | null): RoutingTrust[] {
  if (mode === "key") return [];
  const own = { issuer: issuerOf(row.workspaceId), keys: ownKeys(row, world), permission: null, until };
  if (mode === "aml_token") return [{ ...own, audience: audienceOf(row.id) }];
  // The test console has no token of the provider, so it calls by one of ours that nobody else gets.
  const ofConsole = { ...own, audience: consoleAudienceOf(row.id) };
  const provider = world.providers.get(row.workspaceId);
  if (provider === undefined) return [ofConsole];
  const { issuer, audience, permission, keys } = provider;
  return [{ issuer, audience, keys, permission, until }, ofConsole];
}

/**
 * What gateways accept at an endpoint: what its mode says, and beside it what counted before until its time. Times that are over stay in, as the
 * document changes with wishes and not with the clock. Gateways get no keys that they would refuse.
 */
export function accepted(
  row: EndpointRow,
  world: TokenWorld,
  keys: readonly RoutingKey[],
): Pick<RoutingEndpoint, "authMode" | "keys" | "keysUntil" | "trusts"> {
  const { authMode, authOverlap } = row.spec;
  const keysUntil = authMode !== "key" && authOverlap?.mode === "key" ? authOverlap.until : null;
  const before = authOverlap === null || authOverlap.mode === authMode ? [] : trustsOf(authOverlap.mode, row, world, authOverlap.until);
  return {
    authMode,
    keys: authMode === "key" || keysUntil !== null ? keys : [],
    keysUntil,
    trusts: [...trustsOf(authMode, row, world, null), ...before],
  };
}
