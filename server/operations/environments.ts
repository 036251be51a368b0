import { createHash } from "node:crypto";
import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { createEnvironmentVersionSchema, EnvironmentVersionDto, updateEnvironmentSchema } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import type { assetVersionsSchema } from "#server/contract/params";
import type { AssetMetadata } from "#server/domain/asset/metadata";
import { newerBuild } from "#server/domain/environment/build-choice";
import { environmentIdentity } from "#server/domain/environment/identity";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { judgeEnvironment } from "#server/domain/environment/validate";
import { conflict, invalidInput, notFound } from "#server/domain/errors";
import type { CodeRow } from "#server/store/codes";
import type { EnvironmentVersionRow } from "#server/store/environments";
import { resolveCode } from "./asset-references";
import { writeAudit } from "./audit";
import { toBuildDto } from "./builds";
import type { OperationContext } from "./context";
import { capabilitiesOf } from "./environment-checks";
import { readText } from "./read-text";
import { lineageBy, namesOf, newestOfEach, usageBy, wholePage, type UsedBy } from "./usage";

/** Deployments that run an older image of their version than the newest that is ready. */
async function behindImages(context: OperationContext, rows: readonly EnvironmentVersionRow[]): Promise<ReadonlyMap<string, readonly UsedBy[]>> {
  const builds = await context.store.builds.listAllOf(rows.map((row) => row.contentHash));
  return usageBy(context, (deployment) => {
    const pinned = builds.find(({ id }) => id === deployment.imageBuildId);
    if (pinned === undefined) return null;
    const own = builds.filter(({ contentHash }) => contentHash === pinned.contentHash);
    return newerBuild(own, pinned) === null ? null : deployment.spec.environmentVersionId;
  });
}

async function toDtos(context: OperationContext, rows: readonly EnvironmentVersionRow[]): Promise<EnvironmentVersionDto[]> {
  const lineageOf = await lineageBy(context, "environmentVersionId");
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  const labels = await context.store.labels.listByVersions(rows.map((row) => row.id));
  const contexts = await context.store.codes.listByIds(rows.flatMap((row) => row.spec.contextCodeId ?? []));
  const [builds, open] = await Promise.all([context.store.builds.listByContentHashes(rows.map((row) => row.contentHash)), context.store.builds.listOpen()]);
  const behind = await behindImages(context, rows);
  const sboms = await context.store.sboms.listSummaries(builds.map((build) => build.id));
  return rows.map((row) => {
    const build = builds.find((candidate) => candidate.contentHash === row.contentHash);
    const files = contexts.find((code) => code.id === row.spec.contextCodeId);
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      description: row.description,
      tags: { ...row.tags },
      properties: { ...row.properties },
      image: row.spec.image,
      condaFile: row.spec.condaFile,
      requirements: row.spec.requirements,
      dockerfile: row.spec.dockerfile,
      context: files === undefined ? null : { id: files.id, name: files.name, version: files.version },
      buildArgs: { ...row.spec.buildArgs },
      condaSolver: row.spec.condaSolver,
      inferenceConfig: row.spec.inferenceConfig,
      container: row.spec.container,
      contentHash: row.contentHash,
      labels: [...(labels.get(row.id) ?? [])],
      archivedAt: row.archivedAt,
      anonymous: row.anonymous,
      curated: row.curated !== null,
      rollPolicy: row.rollPolicy,
      behind: [...(behind.get(row.id) ?? [])],
      build: build === undefined ? null : toBuildDto(build, open, sboms.find((sbom) => sbom.buildId === build.id) ?? null),
      createdBy: nameOf(row.createdBy),
      createdAt: row.createdAt,
      ...lineageOf(row.id),
    };
  });
}

export async function listEnvironments(context: OperationContext): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.read");
  return wholePage(await toDtos(context, newestOfEach(await context.store.environments.listVersions(context.actor.workspaceId))));
}

/** Every version of one environment, newest first; archived ones when asked for. */
export async function listEnvironmentVersions(context: OperationContext, input: z.output<typeof assetVersionsSchema>): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.environments.listVersions(context.actor.workspaceId, input.name, { archived: true });
  if (rows.length === 0) throw notFound("environment.not_found", `There is no environment ${input.name}.`);
  const shown = input.archived === "true" ? rows : rows.filter((row) => row.archivedAt === null);
  return wholePage(await toDtos(context, shown));
}

/** The version of the actor's workspace, archived or not. Rejects with `environment.not_found`. */
export async function findEnvironmentVersion(
  context: OperationContext,
  input: { readonly name: string; readonly version: number },
): Promise<EnvironmentVersionRow> {
  const row = await context.store.environments.findByNameVersion(context.actor.workspaceId, input.name, input.version);
  if (row === null) throw notFound("environment.not_found", `There is no environment ${input.name}:${input.version}.`);
  return row;
}

export async function getEnvironmentVersion(
  context: OperationContext,
  input: { readonly name: string; readonly version: number },
): Promise<EnvironmentVersionDto> {
  requireVerb(context.actor, "asset.read");
  const [dto] = await toDtos(context, [await findEnvironmentVersion(context, input)]);
  if (dto === undefined) throw notFound("environment.not_found", `There is no environment ${input.name}:${input.version}.`);
  return dto;
}

/** Larger than any that a person writes. */
const maxDockerfileBytes = 200_000;

async function findContext(context: OperationContext, reference: string | null): Promise<CodeRow | null> {
  if (reference === null) return null;
  const row = await resolveCode(context, reference);
  if (row !== null) return row;
  throw invalidInput("environment.context_unknown", `There is no code ${reference.slice(0, 80)} to build from.`, [
    { path: "contextCode", message: "is unknown", remedy: "Upload the context folder as code, and name it as name:version." },
  ]);
}

/** The file named Dockerfile at the top of the context, or null. */
async function dockerfileOf(context: OperationContext, code: CodeRow | null): Promise<string | null> {
  const file = code?.files.find(({ path }) => path === "Dockerfile");
  if (file === undefined) return null;
  if (file.sizeBytes > maxDockerfileBytes)
    throw invalidInput("environment.dockerfile_invalid", "The context's Dockerfile is larger than 200 kB.", [
      { path: "contextCode", message: "its Dockerfile is too large", remedy: "Move data into files of its own." },
    ]);
  return readText(context, file.sha256);
}

interface NewEnvironment extends AssetMetadata {
  readonly name: string;
  readonly anonymous: boolean;
  readonly spec: EnvironmentSpec;
  /** Digest of the files that a Dockerfile builds from, or null. */
  readonly contextDigest: string | null;
  readonly build: boolean;
}

/** Registers a version after judging it; an anonymous one of the same spec is found again instead. */
export async function registerEnvironment(context: OperationContext, wish: NewEnvironment): Promise<EnvironmentVersionRow> {
  const { name, anonymous, description, tags, properties, spec } = wish;
  const refusal = judgeEnvironment(spec, capabilitiesOf(context.settings));
  if (refusal !== null) throw refusal;
  const { workspaceId, userId } = context.actor;
  const contentHash = createHash("sha256")
    .update(environmentIdentity(workspaceId, spec, wish.contextDigest))
    .digest("hex");
  const id = context.newId("environmentVersion");
  const now = context.clock.now();
  return context.store.transaction(async (session) => {
    const known = anonymous ? await session.environments.claimAnonymous(workspaceId, contentHash, spec, now) : null;
    const metadata = { description, tags, properties };
    const version = { id, workspaceId, name, spec, contentHash, ...metadata, createdBy: userId, createdAt: now, anonymous, curated: null };
    const [newest] = await session.environments.listNewest(workspaceId, [name]);
    if (known === null && newest?.curated != null) throw conflict("environment.curated", `${name} comes with the product, so it takes no versions of others.`);
    const row = known ?? (await session.environments.insertVersion(version, context.newId("environment")));
    if (wish.build) {
      const build = await session.builds.insertIfAbsent({
        id: context.newId("build"),
        workspaceId,
        environmentVersionId: row.id,
        contentHash,
        createdAt: now,
      });
      await session.changes.append("image_build", build.id);
    }
    if (known === null)
      await writeAudit(context, session, {
        action: "asset.write",
        targetType: "environment",
        targetId: id,
        targetName: `${name}:${row.version}`,
        after: { contentHash },
      });
    return row;
  });
}

/** Registers the next version of an environment; with `build` its image is built at once. */
export async function createEnvironmentVersion(
  context: OperationContext,
  input: z.output<typeof createEnvironmentVersionSchema>,
): Promise<EnvironmentVersionDto> {
  requireVerb(context.actor, "asset.write");
  const files = await findContext(context, input.contextCode);
  const { name, anonymous, description, tags, properties, build, image, condaFile, requirements, buildArgs, condaSolver, inferenceConfig, container } = input;
  const dockerfile = input.dockerfile ?? (await dockerfileOf(context, files));
  const spec: EnvironmentSpec = {
    image,
    condaFile,
    requirements,
    dockerfile,
    contextCodeId: files?.id ?? null,
    buildArgs,
    condaSolver,
    inferenceConfig,
    container,
  };
  const row = await registerEnvironment(context, { name, anonymous, description, tags, properties, spec, contextDigest: files?.digest ?? null, build });
  return getEnvironmentVersion(context, { name: row.name, version: row.version });
}

/** Changes what belongs to the environment and to none of its versions. */
export async function updateEnvironment(context: OperationContext, input: z.output<typeof updateEnvironmentSchema>): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.write");
  const [first] = await context.store.environments.listVersions(context.actor.workspaceId, input.name, { archived: true });
  if (first === undefined) throw notFound("environment.not_found", `There is no environment ${input.name}.`);
  await context.store.transaction(async (session) => {
    await session.environments.setRollPolicy(first.environmentId, input.rollPolicy);
    await session.changes.append("base_refresh", "all");
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "environment",
      targetId: first.environmentId,
      targetName: first.name,
      before: { rollPolicy: first.rollPolicy },
      after: { rollPolicy: input.rollPolicy },
    });
  });
  return listEnvironmentVersions(context, { name: first.name, archived: "false" });
}
