import { loops, writeRoutine, type ControlContext } from "../context";
import { after, type Outcome, type PassContext, type Reconciler } from "../runtime/outcome";
import type { ArtifactSweep } from "./artifacts";
import { sweepHistory } from "./history";
import { sweepHost } from "./host";
import { batch } from "./plan";
import { sweepUploads } from "./uploads";

const everyMs = 5 * 60_000;
const hourMs = 3_600_000;
/** Hints older than an hour have been made up for by many resyncs. */
const changeAgeMs = hourMs;
const keptRevisions = 200;

/** Counters, answers kept for repeats, and sessions that nobody can use any more. */
async function sweepAccess(context: ControlContext): Promise<number> {
  const now = context.clock.now();
  const { rateWindows, idempotency, sessions } = context.store;
  return (
    (await rateWindows.removeBefore(now - hourMs)) + (await idempotency.removeBefore(now - 24 * hourMs)) + (await sessions.removeExpired(now - 7 * 24 * hourMs))
  );
}

/** What was made for a deployment, once no live deployment names it in any revision. Environments first: they hold their context's code. */
async function sweepAnonymous(context: ControlContext): Promise<number> {
  const before = context.clock.now() - hourMs;
  return writeRoutine(context, async (session) => {
    const environments = await session.environments.removeUnusedAnonymous(before, batch);
    return environments + (await session.codes.removeUnusedAnonymous(before, batch));
  });
}

type Counts = Readonly<Record<string, number>>;
type Part = (context: ControlContext, pass: PassContext) => Promise<Counts>;

const partsWith = (artifacts: ArtifactSweep): Readonly<Record<string, Part>> => ({
  host: sweepHost,
  uploads: async (context) => ({ uploads: await sweepUploads(context) }),
  artifacts: async () => ({ artifacts: await artifacts.run() }),
  access: async (context) => ({ access: await sweepAccess(context) }),
  imports: async (context) => ({ imports: await context.store.imports.removeEnded(context.clock.now() - 30 * 24 * hourMs) }),
  anonymous: async (context) => ({ anonymous: await sweepAnonymous(context) }),
  history: sweepHistory,
  revisions: async (context) => ({ revisions: await context.store.routing.prune(keptRevisions) }),
  changes: async (context) => ({ changes: await context.store.changes.removeBefore(context.clock.now() - changeAgeMs) }),
});

/** Every part for itself: an engine that is away must not keep the database from being cleared up, nor the other way round. */
async function reconcileSweep(context: ControlContext, pass: PassContext, parts: Readonly<Record<string, Part>>): Promise<Outcome> {
  for (const [name, part] of Object.entries(parts)) {
    try {
      for (const [kind, count] of Object.entries(await part(context, pass)))
        for (let index = 0; index < count; index += 1) context.count("sluice_swept_total", { kind });
    } catch (error) {
      pass.signal.throwIfAborted();
      context.count("sluice_sweep_failures_total", { part: name });
      pass.log.warn({ err: error, part: name }, "a part of the sweep failed; the next one tries again");
    }
  }
  return after(everyMs, "next sweep");
}

/** Removes what crashes, deletions and time left behind, a batch at a time. */
export function sweepReconciler(context: ControlContext, artifacts: ArtifactSweep): Reconciler {
  const parts = partsWith(artifacts);
  return { name: loops.sweep, concurrency: 1, deadlineMs: 5 * 60_000, reconcile: (_key, pass) => reconcileSweep(context, pass, parts) };
}
