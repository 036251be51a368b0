import type { Cause } from "#server/domain/deployment/status";
import type { PinnedBase } from "#server/domain/environment/image-pin";
import type { ImageInfo } from "#server/drivers/compute-driver";
import type { ImageBuildPatch, ImageBuildRow } from "#server/store/builds";
import type { ImageSbomRow } from "#server/store/sboms";
import type { StoreSession } from "#server/store/store";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";

/** Lines of the log that the event of a failed build keeps. */
const eventLines = 40;

export interface BuiltImage {
  readonly image: ImageInfo;
  readonly bases: readonly PinnedBase[];
  /** For an image that is used as it is. */
  readonly source: { readonly reference: string; readonly digest: string } | null;
  /** Null when its packages could not be listed. */
  readonly sbom: Omit<ImageSbomRow, "buildId"> | null;
}

export type BuildResult =
  | { readonly state: "Succeeded"; readonly built: BuiltImage }
  | { readonly state: "Failed"; readonly cause: Cause; readonly lines: readonly string[] }
  | { readonly state: "Canceled" };

/** Wakes the deployments that wait for this image, or could be rolled to it. */
async function wakeDeployments(session: StoreSession, build: ImageBuildRow): Promise<void> {
  const live = await session.deployments.listLiveByWorkspace(build.workspaceId);
  const versions = await session.environments.listVersionsByIds([...new Set(live.map((deployment) => deployment.spec.environmentVersionId))]);
  const same = new Set(versions.filter((version) => version.contentHash === build.contentHash).map((version) => version.id));
  for (const deployment of live) if (same.has(deployment.spec.environmentVersionId)) await session.changes.append("deployment", deployment.id);
}

/** Whether that attempt has its outcome, and no other has been begun. */
export const isSettled = (row: ImageBuildRow | null, attempt: number): boolean =>
  row !== null && row.observedAttempt >= attempt && row.state !== "Queued" && row.state !== "Building";

const nothingWrong = { reason: null, message: null, hint: null, failureLines: [] } as const;

export async function beginBuild(context: ControlContext, build: ImageBuildRow): Promise<void> {
  if (build.state === "Building") return;
  await write(context, async (session) => {
    await session.builds.update(build.id, { state: "Building", startedAt: context.clock.now(), finishedAt: null, steps: [], ...nothingWrong });
    await wakeDeployments(session, build);
  });
}

const cancelled: Cause = { reason: "BuildCanceled", message: "The image build was cancelled.", hint: "Build it again from the environment's page." };

function outcomeOf(result: BuildResult): ImageBuildPatch {
  if (result.state === "Canceled") return { state: "Canceled", ...cancelled, failureLines: [] };
  if (result.state === "Failed") {
    const { reason, message, hint } = result.cause;
    return { state: "Failed", reason, message, hint, failureLines: result.lines };
  }
  const { image, bases, source } = result.built;
  return {
    state: "Succeeded",
    imageRef: image.reference,
    imageId: image.id,
    sizeBytes: image.sizeBytes,
    bases,
    ...(source === null ? {} : { sourceRef: source.reference, sourceDigest: source.digest }),
    ...nothingWrong,
  };
}

const toldAs = (result: BuildResult) => {
  if (result.state === "Succeeded") return { severity: "info" as const, reason: "ImageReady", message: `Image ${result.built.image.reference} is ready.` };
  return result.state === "Canceled" ? { severity: "warning" as const, ...cancelled } : { severity: "error" as const, ...result.cause };
};

/** Writes what became of an attempt, with its event, and wakes whoever waits; once, however often it is called. */
export async function finishBuild(
  context: ControlContext,
  build: ImageBuildRow,
  result: BuildResult,
  progress: { readonly steps: ImageBuildRow["steps"]; readonly tail: readonly string[] },
): Promise<void> {
  const now = context.clock.now();
  await write(context, async (session) => {
    if (isSettled(await session.builds.findById(build.id), build.attempt)) return;
    await session.builds.update(build.id, { observedAttempt: build.attempt, finishedAt: now, steps: progress.steps, ...outcomeOf(result) });
    if (result.state === "Succeeded" && result.built.sbom !== null) await session.sboms.put({ buildId: build.id, ...result.built.sbom });
    await session.changes.append("image_build", build.id);
    await wakeDeployments(session, build);
    const lines = result.state === "Failed" ? progress.tail.slice(-eventLines) : [];
    await recordEvent(session, { workspaceId: build.workspaceId, ...toldAs(result), data: { buildId: build.id, lines } }, now);
  });
}
