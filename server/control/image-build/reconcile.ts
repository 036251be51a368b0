import type { Cause } from "#server/domain/deployment/status";
import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { AssetFile } from "#server/domain/model/types";
import type { ImageInfo } from "#server/drivers/compute-driver";
import type { ImageBuildRow } from "#server/store/builds";
import type { StoreSession } from "#server/store/store";
import { loops, write, type ControlContext, type LineWriter } from "../context";
import { attempt } from "../driver-errors";
import { recordEvent } from "../events";
import { done, type PassContext, type Reconciler } from "../runtime/outcome";
import { buildWork, type BuildWork } from "./recipe-step";

/** Lines of the log that the event of a failed build keeps. */
const keptLines = 40;

type Result = { readonly ok: true; readonly image: ImageInfo } | { readonly ok: false; readonly cause: Cause };

/** Wakes the deployments that wait for this image. */
async function wakeDeployments(session: StoreSession, build: ImageBuildRow): Promise<readonly string[]> {
  const live = await session.deployments.listLive();
  const versions = await session.environments.listVersionsByIds([...new Set(live.map((deployment) => deployment.spec.environmentVersionId))]);
  const same = new Set(versions.filter((version) => version.contentHash === build.contentHash).map((version) => version.id));
  const waiting = live.filter((deployment) => same.has(deployment.spec.environmentVersionId));
  for (const deployment of waiting) await session.changes.append("deployment", deployment.id);
  return waiting.map((deployment) => deployment.id);
}

async function begin(context: ControlContext, build: ImageBuildRow): Promise<void> {
  if (build.state === "Building") return;
  await write(context, async (session) => {
    await session.builds.update(build.id, { state: "Building", startedAt: context.clock.now(), finishedAt: null, reason: null, message: null, hint: null });
    await wakeDeployments(session, build);
  });
}

async function finish(context: ControlContext, build: ImageBuildRow, result: Result, tail: readonly string[]): Promise<void> {
  const now = context.clock.now();
  await write(context, async (session) => {
    const seen = { observedAttempt: build.attempt, finishedAt: now };
    if (result.ok)
      await session.builds.update(build.id, {
        ...seen,
        state: "Succeeded",
        imageRef: result.image.reference,
        imageId: result.image.id,
        sizeBytes: result.image.sizeBytes,
        reason: null,
        message: null,
        hint: null,
      });
    else await session.builds.update(build.id, { ...seen, state: "Failed", ...result.cause });
    await session.changes.append("image_build", build.id);
    await wakeDeployments(session, build);
    const told = result.ok
      ? { severity: "info" as const, reason: "ImageReady", message: `Image ${result.image.reference} is ready.` }
      : { severity: "error" as const, ...result.cause };
    await recordEvent(session, { workspaceId: build.workspaceId, ...told, data: { buildId: build.id, lines: result.ok ? [] : tail } }, now);
  });
}

async function useImage(context: ControlContext, pass: PassContext, reference: string, log: LineWriter): Promise<Result> {
  const found = await context.driver.findImage(reference);
  if (found !== null) return { ok: true, image: found };
  log.write(`Pulling ${reference}`);
  const pulled = await attempt(() => context.driver.pullImage(reference, pass.signal));
  return pulled.ok ? { ok: true, image: pulled.value } : { ok: false, cause: pulled.failure };
}

interface Work {
  readonly spec: EnvironmentSpec;
  readonly todo: BuildWork;
  readonly log: LineWriter;
  /** The newest lines of the log. */
  readonly tail: readonly string[];
}

async function work(context: ControlContext, pass: PassContext, { spec, todo, log, tail }: Work): Promise<Result> {
  if (todo.kind === "refused") {
    for (const line of todo.lines) log.write(line);
    return { ok: false, cause: todo.cause };
  }
  if (todo.kind === "image") return useImage(context, pass, todo.reference, log);
  for (const line of todo.lines) log.write(line);
  const built = await attempt(() => context.driver.buildImage(todo.spec, context.openArtifact, (line) => log.write(line), pass.signal));
  if (!built.ok) return { ok: false, cause: built.failure };
  if (built.value.ok) return { ok: true, image: built.value.image };
  const { reason, message, hint } = classifyBuildFailure(tail, built.value.message, spec);
  return { ok: false, cause: { reason, message, hint } };
}

/** Files of a Dockerfile's build context; none when it has no context, or when that is gone (then the build says which file it lacks). */
async function contextFiles(context: ControlContext, spec: EnvironmentSpec): Promise<readonly AssetFile[]> {
  const code = spec.contextCodeId === null ? null : await context.store.codes.findById(spec.contextCodeId);
  return code?.files ?? [];
}

async function build(context: ControlContext, pass: PassContext, row: ImageBuildRow): Promise<void> {
  const version = await context.store.environments.findVersion(row.environmentVersionId);
  if (version === null) {
    await finish(
      context,
      row,
      {
        ok: false,
        cause: { reason: "EnvironmentMissing", message: "The environment of this build does not exist any more.", hint: "Register the environment again." },
      },
      [],
    );
    return;
  }
  await begin(context, row);
  const log = await context.logs.build(row.id);
  const tail: string[] = [];
  const both: LineWriter = {
    write: (text) => {
      tail.push(text);
      if (tail.length > keptLines) tail.shift();
      log.write(text);
    },
    flush: () => log.flush(),
  };
  try {
    const { spec } = version;
    const todo = buildWork(spec, await contextFiles(context, spec), context.settings);
    const result = await work(context, pass, { spec, todo, log: both, tail });
    both.write(result.ok ? `Image ${result.image.reference} is ready.` : `${result.cause.reason}: ${result.cause.message}`);
    await finish(context, row, result, tail);
  } finally {
    await log.flush();
  }
}

/** Builds or fetches one image per environment content, few at a time; a repeated build of the same content is found, not made. */
export function imageBuildReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.imageBuild,
    concurrency: context.settings.build.concurrency,
    // The driver ends builds by their own limit; this is for a driver that does not come back.
    deadlineMs: context.settings.build.timeoutMs + 120_000,
    async reconcile(key, pass) {
      const row = await context.store.builds.findById(key);
      if (row === null) return done;
      const settled = (row.state === "Succeeded" || row.state === "Failed") && row.observedAttempt >= row.attempt;
      if (!settled) await build(context, pass, row);
      return done;
    },
  };
}
