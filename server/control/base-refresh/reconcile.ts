import { refreshDueAt } from "#server/domain/environment/base-refresh";
import { loops, writeRoutine, type ControlContext } from "../context";
import { after, type Outcome, type PassContext, type Reconciler } from "../runtime/outcome";
import { refreshedBases } from "./bases";
import { rebuildOnBases, rebuildOnMovedTags } from "./dependents";
import { runRefresh } from "./refresh";
import { rollBehind } from "./roll-behind";

export const baseRefreshKey = "all";
const hourMs = 3_600_000;
/** A refresh that failed, say for lack of a network, is tried again after this. */
const retryMs = 24 * hourMs;

/** When the next one is due by itself. */
async function dueAt({ store, driver, settings }: ControlContext): Promise<number | null> {
  const { everyMs } = settings.baseRefresh;
  if (everyMs === null) return null;
  const [newest, good] = [await store.baseRefreshes.findNewest(), await store.baseRefreshes.findNewestGood()];
  const own = (await driver.listPlatformImages()).find(({ reference }) => reference === settings.images.python);
  const due = refreshDueAt(everyMs, own?.createdAt ?? null, good?.finishedAt ?? null);
  return due === null || newest?.state !== "Failed" ? due : Math.max(due, newest.createdAt + Math.min(retryMs, everyMs));
}

/** The refresh to carry out now: one that was asked for, else one whose time has come. */
async function openRefresh(context: ControlContext, due: number | null) {
  const open = await context.store.baseRefreshes.findOpen();
  const now = context.clock.now();
  if (open !== null || due === null || due > now) return open;
  return writeRoutine(context, (session) => session.baseRefreshes.request({ id: context.newId("baseRefresh"), requestedBy: "", createdAt: now }));
}

async function reconcile(context: ControlContext, pass: PassContext): Promise<Outcome> {
  const due = await dueAt(context);
  const open = await openRefresh(context, due);
  if (open !== null) {
    await rebuildOnMovedTags(context, pass);
    await runRefresh(context, pass, open);
  }
  await rebuildOnBases(context, await refreshedBases(context));
  await rollBehind(context);
  const wait = open !== null || due === null ? hourMs : due - context.clock.now();
  return after(Math.min(Math.max(wait, 1000), hourMs), "next look at the base images");
}

/**
 * Keeps images on fresh bases: refreshes the platform's base when it is due or somebody asks, builds anew what stands on an old one, and rolls deployments
 * where the environment's policy says so. Each part looks at what is there and not at what happened, so a crash between any two costs nothing.
 */
export function baseRefreshReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.baseRefresh,
    concurrency: 1,
    // Two builds, each ended by the driver at its own limit.
    deadlineMs: 2 * context.settings.build.timeoutMs + 240_000,
    reconcile: (_key, pass) => reconcile(context, pass),
  };
}
