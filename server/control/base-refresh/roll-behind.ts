import { newerBuild } from "#server/domain/environment/build-choice";
import { curatedAuthor } from "#server/domain/environment/curated";
import { sourceOf } from "#server/domain/environment/types";
import type { ImageBuildRow } from "#server/store/builds";
import type { DeploymentRow } from "#server/store/deployments";
import { writeRoutine, type ControlContext } from "../context";
import { recordEvent } from "../events";

/** Asks for the newest image as a person would by *roll*, in the product's own name. */
async function roll(context: ControlContext, { id, name, workspaceId, endpointId }: DeploymentRow, newer: ImageBuildRow): Promise<void> {
  const now = context.clock.now();
  await writeRoutine(context, async (session) => {
    const row = await session.deployments.requestRoll(id);
    if (row === null) return;
    const { generation, spec, specHash } = row;
    const author = { actorId: curatedAuthor, actorName: curatedAuthor };
    await session.deployments.insertRevision({ id: context.newId("revision"), deploymentId: id, generation, spec, specHash, ...author, createdAt: now });
    const operation = { id: context.newId("operation"), workspaceId, kind: "deployment.roll", targetType: "deployment", targetId: id, generation };
    await session.operations.insert({ ...operation, status: "InProgress", actorId: curatedAuthor, createdAt: now });
    const message = `${name} is rolled to image ${String(newer.revision)} of its environment by the environment's policy.`;
    await recordEvent(session, { workspaceId, endpointId, deploymentId: id, severity: "info", reason: "ImageRollByPolicy", message }, now);
    await session.changes.append("deployment", id);
    await session.changes.append("endpoint", endpointId);
  });
}

/** Whether the deployment rests: what is under way ends first, and what failed waits for a person. */
const rests = (row: DeploymentRow): boolean =>
  row.provisioningState === "Succeeded" && row.observedGeneration === row.generation && row.rollObserved >= row.rollRequested && !row.deleteRequested;

/**
 * Rolls deployments whose environment's policy says so to the image that a refresh made. Once per image: whoever changed the deployment after that image
 * was ready has had it, or chose not to.
 */
export async function rollBehind(context: ControlContext): Promise<void> {
  const { store } = context;
  const versions = await store.environments.listVersionsOfPolicy("automatic");
  if (versions.length === 0) return;
  const builds = await store.builds.listAllOf(versions.map((version) => version.contentHash));
  for (const deployment of await store.deployments.listLive()) {
    const version = versions.find(({ id }) => id === deployment.spec.environmentVersionId);
    // What a tag stands for is a registry's to say; only an image that was made here is known to be the newer one.
    if (version === undefined || !rests(deployment) || (sourceOf(version.spec) === "image" && version.spec.image !== null)) continue;
    const own = builds.filter(({ contentHash }) => contentHash === version.contentHash);
    const pinned = own.find(({ id }) => id === deployment.imageBuildId);
    const newer = pinned === undefined ? null : newerBuild(own, pinned);
    if (newer?.finishedAt == null) continue;
    const [last] = await store.deployments.listRevisions(deployment.id, 1);
    if ((last?.createdAt ?? 0) < newer.finishedAt) await roll(context, deployment, newer);
  }
}
