import { rm } from "node:fs/promises";
import path from "node:path";
import type { Store } from "#server/store/store";
import { loops, writeRoutine, type ControlContext } from "../context";
import { volumeHash } from "../deployment/inputs";
import { readRunSpec } from "../instance/run-spec-column";
import { after, type Outcome, type Reconciler } from "../runtime/outcome";
import { batch, planSweep, type SweepKnowledge, type SweepPlan } from "./plan";

const everyMs = 5 * 60_000;
const hourMs = 3_600_000;
/** Hints older than an hour have been made up for by many resyncs. */
const changeAgeMs = hourMs;
const keptRevisions = 200;

async function readKnowledge(store: Store): Promise<SweepKnowledge> {
  const [instances, deployments, builds] = await Promise.all([store.instances.listLive(), store.deployments.listLive(), store.builds.listAll()]);
  const inUse = new Set(deployments.flatMap((deployment) => (deployment.imageRef === null ? [] : [deployment.imageRef])));
  const environments = await store.environments.listVersionsByIds([...new Set(deployments.map((deployment) => deployment.spec.environmentVersionId))]);
  const hashes = new Set(environments.map((environment) => environment.contentHash));
  for (const build of builds) if (build.imageRef !== null && hashes.has(build.contentHash)) inUse.add(build.imageRef);
  const runs = instances.map((row) => readRunSpec(row).run);
  return {
    instanceIds: new Set(instances.map((row) => row.id)),
    deploymentIds: new Set(deployments.map((deployment) => deployment.id)),
    imageRefs: new Set([...inUse, ...runs.map((run) => run.image)]),
    stagedHashes: new Map(
      deployments.flatMap((deployment) =>
        deployment.stagedHash === null ? [] : [[deployment.id, new Set([volumeHash(deployment.stagedHash, 0), volumeHash(deployment.stagedHash, 1)])] as const],
      ),
    ),
    mountedVolumes: new Set(runs.flatMap((run) => run.mounts.map((mount) => mount.volume))),
  };
}

export interface SweepCounts {
  readonly containers: number;
  readonly volumes: number;
  readonly networks: number;
  readonly images: number;
}

const countsOf = (plan: SweepPlan): SweepCounts => ({
  containers: plan.containers.length,
  volumes: plan.volumes.length,
  networks: plan.networks.length,
  images: plan.images.length,
});

/** What a sweep would remove from the host; nothing is touched. What the host has is read before what we know, so that news is never dangling. */
export async function drySweep(context: ControlContext): Promise<SweepPlan> {
  const owned = await context.driver.listOwned();
  return planSweep(owned, await readKnowledge(context.store), context.clock.now());
}

/** Removes what belongs to nothing that we know; containers first, since they hold the rest. */
export async function sweepHost(context: ControlContext): Promise<SweepCounts> {
  const plan = await drySweep(context);
  for (const id of plan.containers) await context.driver.removeInstance(id);
  for (const name of plan.volumes) await context.driver.removeVolume(name);
  for (const id of plan.networks) await context.driver.removeNetwork(id);
  for (const reference of plan.images) await context.driver.removeImage(reference);
  return countsOf(plan);
}

async function sweepUploads(context: ControlContext): Promise<number> {
  const expired = await context.store.uploads.listExpired(context.clock.now(), 50);
  for (const upload of expired) {
    await rm(path.join(context.settings.uploadsFolder, upload.id), { recursive: true, force: true });
    await context.store.uploads.abort(upload.id);
  }
  return expired.length;
}

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

async function reconcileSweep(context: ControlContext): Promise<Outcome> {
  const counts = {
    ...(await sweepHost(context)),
    uploads: await sweepUploads(context),
    access: await sweepAccess(context),
    anonymous: await sweepAnonymous(context),
    revisions: await context.store.routing.prune(keptRevisions),
    changes: await context.store.changes.removeBefore(context.clock.now() - changeAgeMs),
  };
  for (const [kind, count] of Object.entries(counts)) for (let index = 0; index < count; index += 1) context.count("sluice_swept_total", { kind });
  return after(everyMs, "next sweep");
}

/** Removes what crashes and deletions left behind, a batch at a time. */
export function sweepReconciler(context: ControlContext): Reconciler {
  return { name: loops.sweep, concurrency: 1, deadlineMs: 5 * 60_000, reconcile: () => reconcileSweep(context) };
}
