import { providerKeysSetting, providerSetting, readProvider, readProviderKeys, type ProviderKeys } from "#server/domain/token/provider";
import { loops, write, type ControlContext } from "../context";
import { addressGuard } from "../model-import/guard";
import { after, done, type Outcome, type Reconciler } from "../runtime/outcome";
import { fetchProviderKeys, ProviderFailure } from "./key-set";

/** A key that a provider publishes is known to gateways this long after, and so is one that it took back. */
const refreshMs = 10 * 60_000;
const tryAgainMs = 30_000;

async function readAgain(context: ControlContext, known: ProviderKeys): Promise<ProviderKeys> {
  const guard = addressGuard(context.settings.supernet, context.settings.imports.allowedHosts);
  try {
    return { issuer: known.issuer, keys: await fetchProviderKeys(known.issuer, guard), readAt: context.clock.now(), failure: null };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    context.count("sluice_provider_failures_total");
    return { ...known, failure: error.message };
  }
}

async function reconcileProvider(context: ControlContext, workspaceId: string): Promise<Outcome> {
  const { settings } = context.store;
  const provider = readProvider(await settings.find(workspaceId, providerSetting));
  if (provider === null) return done;
  const known = readProviderKeys(await settings.find(workspaceId, providerKeysSetting), provider);
  const due = (known.readAt ?? 0) + refreshMs - context.clock.now();
  if (known.failure === null && due > 0) return after(due, "keys are fresh");
  const next = await readAgain(context, known);
  await write(context, async (session) => {
    await session.settings.put(workspaceId, providerKeysSetting, next);
    if (JSON.stringify(next.keys) !== JSON.stringify(known.keys)) await session.changes.append("traffic", workspaceId);
  });
  return after(next.failure === null ? refreshMs : tryAgainMs, next.failure ?? "keys are fresh");
}

/** Reads the key set of a workspace's identity provider again and again; what is known stays while the provider is away. */
export const tokenProviderReconciler = (context: ControlContext): Reconciler => ({
  name: loops.tokenProvider,
  concurrency: 2,
  deadlineMs: 60_000,
  reconcile: (key) => reconcileProvider(context, key),
});
