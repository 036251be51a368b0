import { requireVerb } from "#server/auth/policy";
import type { z } from "zod";
import type { EndpointTokenDto, requestEndpointTokenSchema } from "#server/contract/endpoint";
import { invalidState, SluiceError } from "#server/domain/errors";
import { planSigningKeys, tokenLifetimeMs, tokenRefreshAfterMs } from "#server/domain/token/signing-keys";
import { audienceOf, consoleAudienceOf, issuerOf, noPin, pinClaim } from "#server/domain/token/types";
import { uuidV7 } from "#server/kernel/ids";
import type { EndpointRow } from "#server/store/endpoints";
import { signToken } from "#server/vault/signing-keys";
import type { OperationContext } from "./context";
import { findEndpoint } from "./find";

/** The test console makes one for every call, and a call takes no longer. */
const consoleLifetimeMs = 15 * 60_000;

interface Wish {
  readonly audience: string;
  readonly lifetimeMs: number;
  readonly caller?: string | undefined;
  readonly mayPin?: boolean;
}

/** A token about the actor, good for `lifetimeMs` from now on. */
async function issue(context: OperationContext, { audience, lifetimeMs, caller, mayPin = true }: Wish): Promise<EndpointTokenDto> {
  const { workspaceId, userId } = context.actor;
  const now = context.clock.now();
  const keys = await context.store.signingKeys.listByWorkspace(workspaceId);
  const { signs } = planSigningKeys(keys, now);
  const key = keys.find(({ id }) => id === signs);
  if (key === undefined)
    throw new SluiceError({ kind: "unavailable", code: "endpoint.no_signing_key", message: "The workspace has no key yet to sign tokens with." });
  const [issued, expiry] = [Math.floor(now / 1000), Math.floor((now + lifetimeMs) / 1000)];
  const claims = {
    ...{ iss: issuerOf(workspaceId), aud: audience, sub: userId, iat: issued, nbf: issued, exp: expiry, jti: uuidV7(now) },
    ...(caller === undefined ? {} : { caller }),
    ...(mayPin ? {} : ({ [pinClaim]: noPin } as const)),
  };
  return {
    accessToken: signToken(context.vault.unseal(key.privateSealed, key.id), key.kid, claims),
    tokenType: "Bearer",
    expiryTimeUtc: expiry,
    refreshAfterTimeUtc: Math.floor((now + Math.min(tokenRefreshAfterMs, lifetimeMs / 2)) / 1000),
  };
}

/**
 * A signed token for calls of one endpoint, about whoever asks; a short-lived one (`lifetimeSeconds`) that names its `caller` is for a page in a browser, which its
 * own server gives it.
 * Told to those who may call; refused unless the endpoint's mode is `aml_token`.
 */
export async function getEndpointToken(context: OperationContext, input: z.output<typeof requestEndpointTokenSchema>): Promise<EndpointTokenDto> {
  requireVerb(context.actor, "endpoint.token");
  const { lifetimeSeconds, caller, mayPin } = input;
  const { id, name, spec } = await findEndpoint(context, input.endpoint);
  if (spec.authMode !== "aml_token")
    throw invalidState("endpoint.tokens_not_issued", `The auth mode of ${name} is ${spec.authMode}: no tokens are issued for it here.`);
  return issue(context, {
    audience: audienceOf(id),
    lifetimeMs: lifetimeSeconds === undefined ? tokenLifetimeMs : lifetimeSeconds * 1000,
    caller,
    mayPin: mayPin ?? (lifetimeSeconds === undefined && caller === undefined),
  });
}

/** As the endpoint's own token, for the test console, which has no token of a provider. */
export const issueConsoleToken = (context: OperationContext, { id, spec }: EndpointRow): Promise<EndpointTokenDto> =>
  issue(context, { audience: spec.authMode === "aml_token" ? audienceOf(id) : consoleAudienceOf(id), lifetimeMs: consoleLifetimeMs });
