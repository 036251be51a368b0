import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { CallerProviderDto, callerProviderInputSchema } from "#server/contract/caller-provider";
import { invalidState } from "#server/domain/errors";
import { providerKeysSetting, providerSetting, readProvider, readProviderKeys } from "#server/domain/token/provider";
import { writeAudit } from "./audit";
import type { OperationContext } from "./context";

/** Whose tokens the workspace's endpoints can accept, and what is known of the provider's keys. */
export async function getCallerProvider(context: OperationContext): Promise<CallerProviderDto> {
  requireVerb(context.actor, "endpoint.read");
  const { workspaceId } = context.actor;
  const provider = readProvider(await context.store.settings.find(workspaceId, providerSetting));
  if (provider === null) return { provider: null };
  const { keys, readAt, failure } = readProviderKeys(await context.store.settings.find(workspaceId, providerKeysSetting), provider);
  return { provider: { ...provider, keys: keys.map(({ kid }) => kid), readAt, failure } };
}

/** Names the provider, or takes it away, which is refused while an endpoint's callers have its tokens. In force with the next revision, without overlap. */
export async function updateCallerProvider(context: OperationContext, input: z.output<typeof callerProviderInputSchema>): Promise<CallerProviderDto> {
  requireVerb(context.actor, "provider.write");
  const { workspaceId } = context.actor;
  await context.store.transaction(async (session) => {
    const users = (await session.endpoints.listLive()).filter((row) => row.workspaceId === workspaceId && row.spec.authMode === "aad_token");
    if (input.provider === null && users.length > 0)
      throw invalidState("provider.in_use", `Callers of ${users.map(({ name }) => name).join(", ")} have its tokens. Change their sign-in first.`);
    const before = readProvider(await session.settings.find(workspaceId, providerSetting));
    await session.settings.put(workspaceId, providerSetting, input.provider);
    await session.changes.append("token_provider", workspaceId);
    const target = { targetType: "provider", targetId: workspaceId, targetName: input.provider?.issuer ?? before?.issuer ?? "" };
    await writeAudit(context, session, { action: "provider.write", ...target, before: { provider: before }, after: { provider: input.provider } });
  });
  return getCallerProvider(context);
}
