import { invalidState } from "#server/domain/errors";
import { usualOverlapSeconds, type AuthMode, type EndpointSpec } from "#server/domain/endpoint/types";
import { providerSetting, readProvider } from "#server/domain/token/provider";
import type { EndpointRow } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import { newSigningKey } from "#server/vault/signing-keys";
import type { OperationContext } from "./context";

/** Whatever a mode needs is there before the first endpoint has it: the first key that signs comes with the wish, in its transaction. */
export async function prepareAuthMode(context: OperationContext, session: StoreSession, mode: AuthMode): Promise<void> {
  const { workspaceId } = context.actor;
  if (mode === "aad_token" && readProvider(await session.settings.find(workspaceId, providerSetting)) === null)
    throw invalidState("endpoint.provider_missing", "The workspace names no identity provider whose tokens could be accepted.");
  if (mode === "key" || (await session.signingKeys.listByWorkspace(workspaceId)).length > 0) return;
  await session.signingKeys.insert(newSigningKey(context, workspaceId));
}

interface ModeInput {
  readonly authMode?: AuthMode | undefined;
  readonly authOverlapSeconds?: number | undefined;
}

/** What a wish changes of who is accepted; null when the mode stays. What counted before the change goes on for its overlap. */
export async function changeOfMode(
  context: OperationContext,
  session: StoreSession,
  spec: EndpointSpec,
  { authMode, authOverlapSeconds = usualOverlapSeconds }: ModeInput,
): Promise<Pick<EndpointSpec, "authMode" | "authOverlap"> | null> {
  if (authMode === undefined || authMode === spec.authMode) return null;
  await prepareAuthMode(context, session, authMode);
  const until = context.clock.now() + authOverlapSeconds * 1000;
  return { authMode, authOverlap: authOverlapSeconds === 0 ? null : { mode: spec.authMode, until } };
}

/** Throws `endpoint.keys_not_in_use` in a token mode: a key that is shown or made there would be refused, now or soon. */
export function requireKeyMode({ name, spec }: Pick<EndpointRow, "name" | "spec">): void {
  if (spec.authMode === "key") return;
  throw invalidState("endpoint.keys_not_in_use", `${name} takes tokens (${spec.authMode}), not keys.`);
}
