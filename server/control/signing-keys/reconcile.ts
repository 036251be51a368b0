import { planSigningKeys } from "#server/domain/token/signing-keys";
import { newSigningKey } from "#server/vault/signing-keys";
import { loops, write, type ControlContext } from "../context";
import { done, type Outcome, type Reconciler } from "../runtime/outcome";

/** A workspace without keys has no endpoint that ever asked for tokens; its first key comes with the first that does. */
async function reconcileKeys(context: ControlContext, workspaceId: string): Promise<Outcome> {
  const keys = await context.store.signingKeys.listByWorkspace(workspaceId);
  const plan = planSigningKeys(keys, context.clock.now());
  if (keys.length === 0 || (!plan.make && plan.remove.length === 0)) return done;
  await write(context, async (session) => {
    if (plan.make) await session.signingKeys.insert(newSigningKey(context, workspaceId));
    await session.signingKeys.remove(plan.remove);
    await session.changes.append("traffic", workspaceId);
  });
  context.count("sluice_signing_keys_changed_total");
  return done;
}

/** Publishes the next signing key of a workspace before it is needed, and forgets those whose last token has expired. */
export const signingKeysReconciler = (context: ControlContext): Reconciler => ({
  name: loops.signingKeys,
  concurrency: 1,
  deadlineMs: 30_000,
  reconcile: (key) => reconcileKeys(context, key),
});
