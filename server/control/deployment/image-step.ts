import type { StepFact } from "#server/domain/deployment/status";
import type { ImageBuildRow } from "#server/store/builds";
import type { DeploymentRow } from "#server/store/deployments";
import type { EnvironmentVersionRow } from "#server/store/environments";
import { write, type ControlContext } from "../context";
import type { PassContext } from "../runtime/outcome";
import { remakeIfGone } from "../image-build/remake";
import { pinStep } from "./pin-step";

export interface ImageStep {
  readonly fact: StepFact;
  /** Set when the image is on the host. */
  readonly image: string | null;
  /** The deployment with its pin, which decides which instances are outdated. */
  readonly deployment: DeploymentRow;
  /** When to look again by itself; null when news will come. */
  readonly retryAfterMs: number | null;
}

/** A registry that refuses or is away may change its mind without our hearing of it. */
const pinRetryMs = 60_000;

/** Puts the chosen image down in the revision of this generation, once. */
async function freeze(context: ControlContext, deployment: DeploymentRow, build: ImageBuildRow, image: string): Promise<void> {
  const frozen = await context.store.deployments.findRevision(deployment.id, deployment.generation);
  if (frozen === null || frozen.imageRef !== null) return;
  await write(context, (session) => session.deployments.freezeImage(deployment.id, deployment.generation, image, build.sourceDigest ?? build.imageId ?? ""));
}

/** Whether the build's image is on the host or being made. */
export async function buildFact(context: ControlContext, build: ImageBuildRow): Promise<{ readonly fact: StepFact; readonly image: string | null }> {
  if (build.attempt > build.observedAttempt || build.state === "Queued" || build.state === "Building") {
    const started = build.state === "Building";
    const message = build.message ?? (started ? "The image is being built." : "The image waits for its build.");
    return { image: null, fact: { state: "running", reason: started ? "Building" : "Queued", message } };
  }
  if (build.state !== "Succeeded" || build.imageRef === null)
    return {
      image: null,
      fact: {
        state: "failed",
        reason: build.reason ?? "BuildFailed",
        message: build.message ?? "The image could not be built.",
        hint: build.hint ?? "",
        lines: build.failureLines,
      },
    };
  // Removed from the host by the policy or by somebody's hand: made again without anybody asking.
  if (await remakeIfGone(context, build))
    return { image: null, fact: { state: "running", reason: "ImageGone", message: "The image is no longer on the host and is made again." } };
  return { image: build.imageRef, fact: { state: "done", reason: "Ready", message: `Image ${build.imageRef} is on the host.` } };
}

/** Pins the deployment to an image of its environment, and says whether that is on the host or being made. Building itself is the image-build loop's. */
export async function imageStep(context: ControlContext, pass: PassContext, deployment: DeploymentRow, environment: EnvironmentVersionRow): Promise<ImageStep> {
  const step = await pinStep({ context, pass, deployment, environment });
  if (!step.ok) return { image: null, fact: { state: "failed", ...step.cause }, deployment, retryAfterMs: pinRetryMs };
  const { pinned } = step;
  const { fact, image } = await buildFact(context, pinned.build);
  if (image !== null) await freeze(context, pinned.deployment, pinned.build, image);
  return { fact, image, deployment: pinned.deployment, retryAfterMs: null };
}
