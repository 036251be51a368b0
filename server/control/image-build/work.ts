import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import { ignoreFile, maxIgnoreBytes, type BuildContextFiles } from "#server/domain/environment/docker-ignore";
import { withoutLogins } from "#server/domain/environment/index-logins";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { AssetFile } from "#server/domain/model/types";
import type { Cause } from "#server/domain/deployment/status";
import type { BuildSpec } from "#server/drivers/compute-driver";
import type { ImageBuildRow } from "#server/store/builds";
import { currentBase } from "../base-refresh/bases";
import type { ControlContext } from "../context";
import { attempt } from "../driver-errors";
import { allCredentials } from "../registry/credentials";
import { pullReference, resolveReference } from "../registry/resolve";
import type { PassContext } from "../runtime/outcome";
import { pinBuild } from "./pin-bases";
import type { BuildProgress } from "./progress";
import { buildWork } from "./recipe-step";
import { listPackages } from "./list-packages";
import type { BuildResult } from "./write-build";

export interface Work {
  readonly context: ControlContext;
  readonly pass: PassContext;
  readonly row: ImageBuildRow;
  /** `environment:version`. */
  readonly name: string;
  readonly spec: EnvironmentSpec;
  readonly progress: BuildProgress;
}

const failed = (cause: Cause, lines: readonly string[] = []): BuildResult => ({ state: "Failed", cause, lines });

/** The exact image: as the row has it, else as the reference stands now. The platform's own image is on the host and in no registry. */
async function sourceOf({ context, pass, row }: Work, reference: string) {
  if (row.sourceRef !== null && row.sourceDigest !== null) return { ok: true as const, reference: row.sourceRef, digest: row.sourceDigest, note: null };
  if (reference === context.settings.images.inference) {
    const base = await currentBase(context, "platform-inference");
    if (base.id !== null) return { ok: true as const, reference: base.reference, digest: base.id, note: null };
  }
  const outcome = await resolveReference(context, pass, row.workspaceId, reference);
  return outcome.ok ? { ok: true as const, reference: outcome.pin.reference, digest: outcome.pin.digest, note: outcome.pin.note } : outcome;
}

async function useImage(work: Work, named: string): Promise<BuildResult> {
  const { context, pass, row, progress } = work;
  progress.begin(`Resolve ${named}`);
  const source = await sourceOf(work, named);
  if (!source.ok) return failed(source.cause);
  const { reference, digest, note } = source;
  if (note !== null) progress.write(`note: ${note}`);
  progress.write(`${named} is ${digest}`);
  const pulled = await pullReference(context, pass, row.workspaceId, reference, () => progress.begin(`Pull ${reference}`));
  if (!pulled.ok) return failed(pulled.cause);
  const bases = named === context.settings.images.inference ? [{ reference: "platform-inference", digest }] : [];
  return { state: "Succeeded", built: { image: pulled.image, bases, source: { reference, digest }, sbom: null } };
}

async function build(work: Work, wanted: BuildSpec): Promise<BuildResult> {
  const { context, pass, row, spec, progress } = work;
  const pinned = await pinBuild({ context, pass, workspaceId: row.workspaceId, progress }, wanted);
  if (!pinned.ok) return failed(pinned.cause);
  const registryAuths = await allCredentials(context, row.workspaceId);
  const onLog = (line: string): void => progress.write(line);
  const built = await attempt(() => context.driver.buildImage({ ...pinned.spec, registryAuths }, context.openArtifact, onLog, pass.signal));
  if (!built.ok) return failed(built.failure);
  if (built.value.ok) return { state: "Succeeded", built: { image: built.value.image, bases: pinned.bases, source: null, sbom: null } };
  const { lines, ...cause } = classifyBuildFailure(progress.tail, withoutLogins(built.value.message, context.settings.build.logins), spec);
  return failed(cause, lines);
}

/** Text of the context's `.dockerignore`; null when it has none, or one that cannot be read. */
async function ignoreOf(context: ControlContext, files: readonly AssetFile[]): Promise<string | null> {
  const file = files.find(({ path, sizeBytes }) => path === ignoreFile && sizeBytes <= maxIgnoreBytes);
  if (file === undefined) return null;
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of await context.openArtifact(file.sha256)) pieces.push(piece);
  } catch {
    // The build says which file of its context is gone.
    return null;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** A Dockerfile's build context; no files when it has none, or when that is gone (then the build says which file it lacks). */
async function contextFiles(context: ControlContext, spec: EnvironmentSpec): Promise<BuildContextFiles> {
  const code = spec.contextCodeId === null ? null : await context.store.codes.findById(spec.contextCodeId);
  const files = code?.files ?? [];
  return { files, ignore: await ignoreOf(context, files) };
}

async function make(work: Work): Promise<BuildResult> {
  const { context, spec, progress } = work;
  const todo = buildWork(spec, await contextFiles(context, spec), context.settings);
  if (todo.kind === "image") return useImage(work, todo.reference);
  for (const line of todo.lines) progress.write(line);
  return todo.kind === "refused" ? failed(todo.cause, todo.lines) : build(work, todo.spec);
}

/** Makes or fetches the image, and lists what is in it. Rejects for what may pass by itself, and with the signal's reason when it aborts. */
export async function workOn(work: Work): Promise<BuildResult> {
  const result = await make(work);
  if (result.state !== "Succeeded") return result;
  const { context, pass, name, progress } = work;
  progress.begin("List packages");
  const listing = { context, signal: pass.signal, write: (line: string) => progress.write(line) };
  return { state: "Succeeded", built: { ...result.built, sbom: await listPackages(listing, { name, ...result.built }) } };
}
