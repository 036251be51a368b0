import { chooseBuild } from "#server/domain/environment/build-choice";
import { sourceOf } from "#server/domain/environment/types";
import type { Cause } from "#server/domain/deployment/status";
import type { ImageBuildRow } from "#server/store/builds";
import type { DeploymentRow } from "#server/store/deployments";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { StoreSession } from "#server/store/store";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { resolveReference } from "../registry/resolve";
import type { PassContext } from "../runtime/outcome";

/** The image that a deployment is pinned to, as it is after this step. */
export interface Pinned {
  readonly build: ImageBuildRow;
  readonly deployment: DeploymentRow;
}

export type PinStep = { readonly ok: true; readonly pinned: Pinned } | { readonly ok: false; readonly cause: Cause };

interface Chooser {
  readonly context: ControlContext;
  readonly pass: PassContext;
  readonly environment: EnvironmentVersionRow;
}

interface Subject extends Chooser {
  readonly deployment: DeploymentRow;
}

type Choice = { readonly ok: true; readonly build: ImageBuildRow } | { readonly ok: false; readonly cause: Cause };

/** The environment's image that a deployment takes now; made a row of when there is none. */
async function newestBuild({ context, environment }: Chooser): Promise<ImageBuildRow> {
  const existing = chooseBuild(await context.store.builds.listRevisions(environment.contentHash));
  if (existing !== null) return existing;
  return write(context, async (session) => {
    const build = await session.builds.insertIfAbsent(newBuild(context, environment));
    await session.changes.append("image_build", build.id);
    return build;
  });
}

const newBuild = (context: ControlContext, { id, workspaceId, contentHash }: EnvironmentVersionRow) => ({
  id: context.newId("build"),
  workspaceId,
  environmentVersionId: id,
  contentHash,
  createdAt: context.clock.now(),
});

/** The image that the tag stands for now: the revision with its digest, else a new one. */
async function taggedBuild(subject: Chooser, reference: string): Promise<Choice> {
  const { context, pass, environment } = subject;
  const outcome = await resolveReference(context, pass, environment.workspaceId, reference);
  if (!outcome.ok) return outcome;
  const { pin } = outcome;
  const known = await context.store.builds.listRevisions(environment.contentHash);
  const same = known.find((row) => row.sourceDigest === pin.digest) ?? known.find((row) => row.sourceDigest === null && row.state !== "Succeeded");
  if (same !== undefined && same.sourceDigest !== null) return { ok: true, build: same };
  const build = await write(context, async (session) => {
    const source = { sourceRef: pin.reference, sourceDigest: pin.digest };
    if (same !== undefined) return (await session.builds.update(same.id, source)) ?? same;
    const cause = known.length === 0 ? "" : `${reference} moved`;
    const row = await session.builds.insertNext({ ...newBuild(context, environment), cause, ...source }, known[0]?.revision ?? 0);
    await session.changes.append("image_build", row.id);
    return row;
  });
  return { ok: true, build };
}

/** What a fresh look comes to: for an image used as it is, whatever its tag stands for now. */
export async function chooseImage(subject: Chooser): Promise<Choice> {
  const { image } = subject.environment.spec;
  if (image !== null && sourceOf(subject.environment.spec) === "image") return taggedBuild(subject, image);
  return { ok: true, build: await newestBuild(subject) };
}

async function tell(
  session: StoreSession,
  { context, deployment }: Subject,
  severity: "info" | "warning",
  reason: string,
  message: string,
  hint = "",
): Promise<void> {
  const { workspaceId, endpointId, id: deploymentId } = deployment;
  await recordEvent(session, { workspaceId, endpointId, deploymentId, severity, reason, message, ...(hint === "" ? {} : { hint }) }, context.clock.now());
}

/** Whether an image came to nothing. */
const hasEnded = ({ state, attempt, observedAttempt }: ImageBuildRow): boolean => (state === "Failed" || state === "Canceled") && observedAttempt >= attempt;

/** An image that succeeded where the pinned one did not; of tags only a fresh look would tell, and somebody has to ask for that. */
async function madeSince({ context, environment }: Subject, failed: ImageBuildRow): Promise<ImageBuildRow | null> {
  if (sourceOf(environment.spec) === "image") return null;
  const chosen = chooseBuild(await context.store.builds.listRevisions(environment.contentHash));
  return chosen?.state === "Succeeded" && chosen.id !== failed.id ? chosen : null;
}

/** Writes the pin. A pin that moves makes every instance of before outdated. */
async function pinTo(subject: Subject, build: ImageBuildRow): Promise<Pinned> {
  const { context, deployment } = subject;
  const moved = deployment.imageBuildId !== null && deployment.imageBuildId !== build.id;
  const rolled = moved && deployment.pinSpecHash === deployment.specHash;
  const progress = {
    imageBuildId: build.id,
    pinSpecHash: deployment.specHash,
    rollObserved: deployment.rollRequested,
    imageRevision: deployment.imageRevision + (moved ? 1 : 0),
  };
  await write(context, async (session) => {
    await session.deployments.updateProgress(deployment.id, progress);
    if (rolled) await tell(session, subject, "info", "ImageRolled", `${deployment.name} moves to image ${String(build.revision)} of its environment.`);
  });
  return { build, deployment: { ...deployment, ...progress } };
}

/** A roll that cannot be had is over, and the deployment stays as it is. */
async function giveUpRoll(subject: Subject, build: ImageBuildRow, cause: Cause): Promise<Pinned> {
  const { context, deployment } = subject;
  const progress = { rollObserved: deployment.rollRequested };
  await write(context, async (session) => {
    await session.deployments.updateProgress(deployment.id, progress);
    await tell(session, subject, "warning", cause.reason, `${deployment.name} stays on its image. ${cause.message}`, cause.hint);
  });
  return { build, deployment: { ...deployment, ...progress } };
}

/**
 * Pins a deployment to one exact image: when its spec is new, and when somebody asks for the newest image. Between these it stays, whatever
 * happens to tags and environments. Repeating it changes nothing.
 */
export async function pinStep(subject: Subject): Promise<PinStep> {
  const { context, deployment, environment } = subject;
  const current = deployment.imageBuildId === null ? null : await context.store.builds.findById(deployment.imageBuildId);
  const valid = current?.contentHash === environment.contentHash && deployment.pinSpecHash === deployment.specHash ? current : null;
  if (valid !== null && deployment.rollObserved >= deployment.rollRequested) {
    const better = hasEnded(valid) ? await madeSince(subject, valid) : null;
    return { ok: true, pinned: better === null ? { build: valid, deployment } : await pinTo(subject, better) };
  }
  const chosen = await chooseImage(subject);
  if (chosen.ok) return { ok: true, pinned: await pinTo(subject, chosen.build) };
  return valid === null ? chosen : { ok: true, pinned: await giveUpRoll(subject, valid, chosen.cause) };
}
