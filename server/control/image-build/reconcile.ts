import type { Cause } from "#server/domain/deployment/status";
import type { ImageBuildRow } from "#server/store/builds";
import { loops, type ControlContext } from "../context";
import { done, TransientError, type PassContext, type Reconciler } from "../runtime/outcome";
import { BuildCancelled, isCancelWanted, type RunningBuilds } from "./cancel";
import { outlast } from "./outlast";
import { BuildProgress } from "./progress";
import { remakeIfGone } from "./remake";
import { workOn } from "./work";
import { beginBuild, finishBuild, isSettled, type BuildResult } from "./write-build";

const environmentGone: Cause = {
  reason: "EnvironmentMissing",
  message: "The environment of this build does not exist any more.",
  hint: "Register the environment again.",
};

const lastWord = (result: BuildResult): string => {
  if (result.state === "Succeeded") return `Image ${result.built.image.reference} is ready.`;
  return result.state === "Canceled" ? "Cancelled." : `${result.cause.reason}: ${result.cause.message}`;
};

/** A registry that is restarted, or a line that breaks, is back within this time; a build that waited as long has failed. */
const patienceMs = 120_000;

/** Has a build that only lacks its registry tried again by itself, for a while. */
function orLater(context: ControlContext, row: ImageBuildRow, result: BuildResult): BuildResult {
  const begunAt = row.state === "Building" ? (row.startedAt ?? 0) : context.clock.now();
  if (result.state === "Failed" && result.cause.reason === "RegistryUnreachable" && context.clock.now() - begunAt < patienceMs)
    throw new TransientError(result.cause.message);
  return result;
}

async function run(context: ControlContext, pass: PassContext, row: ImageBuildRow, progress: BuildProgress): Promise<BuildResult> {
  const version = await context.store.environments.findVersion(row.environmentVersionId);
  if (version === null) return { state: "Failed", cause: environmentGone, lines: [] };
  await beginBuild(context, row);
  const work = (signal: AbortSignal) =>
    workOn({ context, pass: { ...pass, signal }, row, name: `${version.name}:${String(version.version)}`, spec: version.spec, progress });
  return orLater(context, row, await progress.during(work, pass.signal));
}

async function build(context: ControlContext, pass: PassContext, row: ImageBuildRow, cancel: AbortSignal): Promise<void> {
  const progress = await BuildProgress.open(context, row.id);
  try {
    const combined = { ...pass, signal: AbortSignal.any([pass.signal, cancel]) };
    const result = await run(context, combined, row, progress).catch((error: unknown): BuildResult => {
      // Whatever the engine made of the abort: the wish to end it is what counts.
      if (!pass.signal.aborted && cancel.reason instanceof BuildCancelled) return { state: "Canceled" };
      throw error;
    });
    progress.finish(result.state === "Succeeded");
    progress.write(lastWord(result));
    await outlast(context, pass.signal, () => finishBuild(context, row, result, progress));
  } finally {
    await progress.flush();
  }
}

/** Makes or fetches one image per revision of an environment's content, few at a time; a repeated build of the same content is found, not made. */
export function imageBuildReconciler(context: ControlContext, running: RunningBuilds): Reconciler {
  return {
    name: loops.imageBuild,
    concurrency: context.settings.build.concurrency,
    // The driver ends builds by their own limit; this is for a driver that does not come back.
    deadlineMs: context.settings.build.timeoutMs + 120_000,
    async reconcile(key, pass) {
      // Known as running before the wish is read: a cancelling that comes later finds it.
      const cancel = new AbortController();
      running.set(key, cancel);
      try {
        const row = await context.store.builds.findById(key);
        if (row === null) return done;
        // Somebody asked for an image that the host may have lost since it was made.
        if (isSettled(row, row.attempt)) await remakeIfGone(context, row);
        else if (isCancelWanted(row)) await finishBuild(context, row, { state: "Canceled" }, { steps: row.steps, tail: [] });
        else await build(context, pass, row, cancel.signal);
        return done;
      } finally {
        running.delete(key);
      }
    },
  };
}
