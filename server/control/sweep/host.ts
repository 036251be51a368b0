import { DriverError } from "#server/drivers/compute-driver";
import type { ImageBuildRow } from "#server/store/builds";
import type { Store } from "#server/store/store";
import type { ControlContext } from "../context";
import { volumeHash } from "../deployment/inputs";
import { readContainer } from "../doctor/container-column";
import { readRunSpec } from "../instance/run-spec-column";
import type { PassContext } from "../runtime/outcome";
import { planImages, planSweep, type ImageKnowledge, type SweepKnowledge, type SweepPlan } from "./plan";

async function readKnowledge(store: Store): Promise<SweepKnowledge> {
  const [instances, deployments, trials] = await Promise.all([store.instances.listLive(), store.deployments.listLive(), store.doctorRuns.listLive()]);
  const runs = [...instances.map((row) => readRunSpec(row).run), ...trials.flatMap((trial) => readContainer(trial)?.run ?? [])];
  return {
    instanceIds: new Set(runs.map((run) => run.instanceId)),
    // A trial owns its network and volumes as a deployment does, and is never staged twice.
    deploymentIds: new Set([...deployments, ...trials].map(({ id }) => id)),
    stagedHashes: new Map(
      deployments.flatMap((deployment) =>
        deployment.stagedHash === null ? [] : [[deployment.id, new Set([volumeHash(deployment.stagedHash, 0), volumeHash(deployment.stagedHash, 1)])] as const],
      ),
    ),
    mountedVolumes: new Set(runs.flatMap((run) => run.mounts.map((mount) => mount.volume))),
  };
}

/** Of the contents that are used, what a deployment is pinned to or would be by its next change; what a refresh has replaced is neither. */
function runAgain(builds: readonly ImageBuildRow[], used: ReadonlySet<string>, pinned: ReadonlySet<string | null>): readonly string[] {
  const newest = new Map<string, number>();
  for (const { contentHash, revision, state } of builds)
    if (state === "Succeeded" && (newest.get(contentHash) ?? 0) < revision) newest.set(contentHash, revision);
  return builds.flatMap(({ id, contentHash, revision, imageRef }) =>
    imageRef !== null && (pinned.has(id) || (used.has(contentHash) && newest.get(contentHash) === revision)) ? [imageRef] : [],
  );
}

/** References that something runs, or that a live deployment would run again: in its own spec or in one that it can go back to. */
async function readImages(context: ControlContext): Promise<ImageKnowledge> {
  const { store, settings } = context;
  const [instances, trials, deployments, builds, versionIds, refreshed] = await Promise.all([
    store.instances.listLive(),
    store.doctorRuns.listLive(),
    store.deployments.listLive(),
    store.builds.listAll(),
    store.deployments.listEnvironmentVersionIds(),
    store.baseRefreshes.findNewestGood(),
  ]);
  const hashes = new Set((await store.environments.listVersionsByIds(versionIds)).map((environment) => environment.contentHash));
  return {
    inUse: new Set([
      ...settings.imagePolicy.current,
      ...instances.map((row) => readRunSpec(row).run.image),
      ...trials.flatMap((trial) => readContainer(trial)?.run.image ?? []),
      ...deployments.flatMap((deployment) => (deployment.imageRef === null ? [] : [deployment.imageRef])),
      ...(refreshed?.images ?? []).map((image) => image.reference),
      ...runAgain(builds, hashes, new Set(deployments.map((deployment) => deployment.imageBuildId))),
    ]),
    policy: settings.imagePolicy,
  };
}

/** What a sweep would remove from the host; nothing is touched. What the host has is read before what we know, so that news is never dangling. */
export async function drySweep(context: ControlContext): Promise<SweepPlan> {
  const [owned, platform] = [await context.driver.listOwned(), await context.driver.listPlatformImages()];
  const now = context.clock.now();
  return { ...planSweep(owned, await readKnowledge(context.store), now), images: planImages(owned.images, platform, await readImages(context), now) };
}

/** Removes one after the other; one that the engine does not give up (it is in use after all) does not keep the others. */
async function removeEach(context: ControlContext, pass: PassContext, keys: readonly string[], remove: (key: string) => Promise<void>): Promise<number> {
  let removed = 0;
  for (const key of keys) {
    try {
      await remove(key);
      removed += 1;
    } catch (error) {
      if (!(error instanceof DriverError) || error.kind === "unreachable") throw error;
      context.count("sluice_sweep_refusals_total");
      pass.log.debug({ err: error, key }, "the engine keeps what was swept");
    }
  }
  return removed;
}

/** Removes from the host what belongs to nothing that we know; containers first, since they hold the rest. */
export async function sweepHost(context: ControlContext, pass: PassContext): Promise<Readonly<Record<keyof SweepPlan, number>>> {
  const plan = await drySweep(context);
  const { driver } = context;
  return {
    containers: await removeEach(context, pass, plan.containers, (id) => driver.removeInstance(id)),
    inspectors: await removeEach(context, pass, plan.inspectors, (name) => driver.removeInspector(name)),
    volumes: await removeEach(context, pass, plan.volumes, (name) => driver.removeVolume(name)),
    networks: await removeEach(context, pass, plan.networks, (id) => driver.removeNetwork(id)),
    images: await removeEach(context, pass, plan.images, (reference) => driver.removeImage(reference)),
  };
}
