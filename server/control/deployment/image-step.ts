import type { StepFact } from "#server/domain/deployment/status";
import type { ImageBuildRow } from "#server/store/builds";
import type { DeploymentRow } from "#server/store/deployments";
import type { EnvironmentVersionRow } from "#server/store/environments";
import { write, type ControlContext } from "../context";

export interface ImageStep {
  readonly fact: StepFact;
  /** Set when the image is on the host. */
  readonly image: string | null;
}

async function ensureBuildRow(context: ControlContext, deployment: DeploymentRow, environment: EnvironmentVersionRow): Promise<ImageBuildRow> {
  const existing = await context.store.builds.findByContentHash(environment.contentHash);
  if (existing !== null) return existing;
  return write(context, async (session) => {
    const build = await session.builds.insertIfAbsent({
      id: context.newId("build"),
      workspaceId: deployment.workspaceId,
      environmentVersionId: environment.id,
      contentHash: environment.contentHash,
      createdAt: context.clock.now(),
    });
    await session.changes.append("image_build", build.id);
    return build;
  });
}

/** An image that was built once may have been removed from the host since; then it is built again without anybody asking. */
async function rebuild(context: ControlContext, build: ImageBuildRow): Promise<ImageStep> {
  await write(context, async (session) => {
    await session.builds.update(build.id, { state: "Queued", imageRef: null, imageId: null, startedAt: null, finishedAt: null });
    await session.changes.append("image_build", build.id);
  });
  return { image: null, fact: { state: "running", reason: "ImageGone", message: "The image is no longer on the host and is made again." } };
}

/** Makes sure that the environment's image exists or is being made. Building itself is the image-build loop's. */
export async function imageStep(context: ControlContext, deployment: DeploymentRow, environment: EnvironmentVersionRow): Promise<ImageStep> {
  const build = await ensureBuildRow(context, deployment, environment);
  if (build.attempt > build.observedAttempt || build.state === "Queued" || build.state === "Building") {
    const started = build.state === "Building";
    const message = build.message ?? (started ? "The image is being built." : "The image waits for its build.");
    return { image: null, fact: { state: "running", reason: started ? "Building" : "Queued", message } };
  }
  if (build.state === "Failed" || build.imageRef === null)
    return {
      image: null,
      fact: { state: "failed", reason: build.reason ?? "BuildFailed", message: build.message ?? "The image could not be built.", hint: build.hint ?? "" },
    };
  if ((await context.driver.findImage(build.imageRef)) === null) return rebuild(context, build);
  return { image: build.imageRef, fact: { state: "done", reason: "Ready", message: `Image ${build.imageRef} is on the host.` } };
}
