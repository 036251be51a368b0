import { behindRefresh, type RefreshedBase } from "#server/domain/environment/base-refresh";
import type { ImageBuildRow } from "#server/store/builds";
import type { EnvironmentVersionRow } from "#server/store/environments";
import { writeRoutine, type ControlContext } from "../context";
import { resolveReference } from "../registry/resolve";
import type { PassContext } from "../runtime/outcome";

/** Environments whose images are kept fresh: those of live deployments, and of every name the newest version. */
async function keptFresh({ store }: ControlContext): Promise<readonly EnvironmentVersionRow[]> {
  const used = (await store.deployments.listLive()).map((deployment) => deployment.spec.environmentVersionId);
  const [running, newest] = await Promise.all([store.environments.listVersionsByIds([...new Set(used)]), store.environments.listNewestOfAll()]);
  return [...new Map([...running, ...newest].map((version) => [version.id, version])).values()];
}

/** All images by content; equal contents share theirs, so each content comes once. */
async function imagesOf(context: ControlContext): Promise<readonly (readonly ImageBuildRow[])[]> {
  const hashes = [...new Set((await keptFresh(context)).map((version) => version.contentHash))];
  const builds = await context.store.builds.listAllOf(hashes);
  return hashes.map((hash) => builds.filter((build) => build.contentHash === hash)).filter((group) => group.length > 0);
}

async function buildAnew(
  context: ControlContext,
  { workspaceId, environmentVersionId, contentHash }: ImageBuildRow,
  cause: string,
  after: number,
): Promise<void> {
  await writeRoutine(context, async (session) => {
    const row = { id: context.newId("build"), workspaceId, environmentVersionId, contentHash, createdAt: context.clock.now(), cause };
    await session.changes.append("image_build", (await session.builds.insertNext(row, after)).id);
  });
}

const newestRevision = (builds: readonly ImageBuildRow[]): number => Math.max(...builds.map(({ revision }) => revision));

/** Queues a new image of every environment that stands on a base of before the last refresh. Repeating it changes nothing. */
export async function rebuildOnBases(context: ControlContext, current: readonly RefreshedBase[]): Promise<void> {
  if (current.every(({ since }) => since === 0)) return;
  for (const builds of await imagesOf(context)) {
    const behind = behindRefresh(builds, current);
    const since = Math.max(...current.map((base) => base.since));
    if (behind !== null) await buildAnew(context, behind, `base image refreshed on ${new Date(since).toISOString().slice(0, 10)}`, newestRevision(builds));
  }
}

/** Queues a new image of every environment that stands on an image of a registry whose tag has moved. A registry that does not answer changes nothing. */
export async function rebuildOnMovedTags(context: ControlContext, pass: PassContext): Promise<void> {
  for (const builds of await imagesOf(context)) {
    const newest = builds.find(({ revision }) => revision === newestRevision(builds));
    if (newest?.state !== "Succeeded") continue;
    for (const { reference, digest } of newest.bases) {
      if (/^platform(-inference)?$/.test(reference)) continue;
      const outcome = await resolveReference(context, pass, newest.workspaceId, reference);
      if (!outcome.ok || outcome.pin.digest === digest) continue;
      await buildAnew(context, newest, `${reference} moved`, newest.revision);
      break;
    }
  }
}
