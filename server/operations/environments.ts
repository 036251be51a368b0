import { createHash } from "node:crypto";
import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { createEnvironmentVersionSchema, EnvironmentVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { environmentRecipe } from "#server/domain/environment/recipe";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { invalidInput, invalidState, notFound } from "#server/domain/errors";
import type { EnvironmentVersionRow } from "#server/store/environments";
import { writeAudit } from "./audit";
import { toBuildDto } from "./builds";
import type { OperationContext } from "./context";
import { namesOf, newestOfEach, usageBy, wholePage } from "./usage";

/** Interpreters that the platform's own Python base offers. */
export const availablePythons = ["3.11"] as const;

async function toDtos(context: OperationContext, rows: readonly EnvironmentVersionRow[]): Promise<EnvironmentVersionDto[]> {
  const used = await usageBy(context, (deployment) => deployment.spec.environmentVersionId);
  const nameOf = await namesOf(
    context,
    rows.map((row) => row.createdBy),
  );
  const builds = await context.store.builds.listByContentHashes(rows.map((row) => row.contentHash));
  return rows.map((row) => {
    const build = builds.find((candidate) => candidate.contentHash === row.contentHash);
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      description: row.description,
      tags: { ...row.tags },
      image: row.spec.image,
      condaFile: row.spec.condaFile,
      requirements: row.spec.requirements,
      inferenceConfig: row.spec.inferenceConfig,
      contentHash: row.contentHash,
      build: build === undefined ? null : toBuildDto(build),
      createdBy: nameOf(row.createdBy),
      createdAt: row.createdAt,
      usedBy: [...(used.get(row.id) ?? [])],
    };
  });
}

export async function listEnvironments(context: OperationContext): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.read");
  return wholePage(await toDtos(context, newestOfEach(await context.store.environments.listVersions(context.actor.workspaceId))));
}

export async function listEnvironmentVersions(context: OperationContext, input: { readonly name: string }): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.read");
  const rows = await context.store.environments.listVersions(context.actor.workspaceId, input.name);
  if (rows.length === 0) throw notFound("environment.not_found", `There is no environment ${input.name}.`);
  return wholePage(await toDtos(context, rows));
}

export async function getEnvironmentVersion(
  context: OperationContext,
  input: { readonly name: string; readonly version: number },
): Promise<EnvironmentVersionDto> {
  requireVerb(context.actor, "asset.read");
  const row = await context.store.environments.findByNameVersion(context.actor.workspaceId, input.name, input.version);
  const [dto] = row === null ? [] : await toDtos(context, [row]);
  if (dto === undefined) throw notFound("environment.not_found", `There is no environment ${input.name}:${input.version}.`);
  return dto;
}

/** Refuses what can be known to fail before anything is built, naming line and remedy. */
function checkSpec(spec: EnvironmentSpec): void {
  if (spec.condaFile !== null && spec.requirements !== null) {
    throw invalidInput("environment.two_dependency_files", "An environment has a conda file or a requirements file, not both.", [
      { path: "requirements", message: "given beside condaFile", remedy: "Move its lines into the conda file's `pip:` list." },
    ]);
  }
  const recipe = environmentRecipe(spec, { pythons: availablePythons });
  if (recipe === null || recipe.problems.length === 0) return;
  const path = spec.condaFile === null ? "requirements" : "condaFile";
  const first = recipe.problems[0];
  throw invalidInput(
    "environment.cannot_be_built",
    `${first?.line == null ? "" : `Line ${first.line}: `}${first?.message ?? ""}`,
    recipe.problems.map((problem) => ({ path: problem.line === null ? path : `${path}.${problem.line}`, message: problem.message, remedy: problem.remedy })),
  );
}

/** What a dependency file comes to, without creating anything: for checks while typing. */
export async function checkEnvironment(
  context: OperationContext,
  input: { readonly condaFile?: string | null | undefined; readonly requirements?: string | null | undefined },
): Promise<{
  lines: string[];
  notes: { line: number | null; message: string }[];
  problems: { line: number | null; message: string; remedy: string }[];
  python: string;
}> {
  requireVerb(context.actor, "asset.read");
  const recipe = environmentRecipe({ condaFile: input.condaFile ?? null, requirements: input.requirements ?? null }, { pythons: availablePythons });
  if (recipe === null) return Promise.resolve({ lines: [], notes: [], problems: [], python: availablePythons[0] });
  return Promise.resolve({
    lines: [...recipe.lines],
    notes: recipe.notes.map((note) => ({ ...note })),
    problems: recipe.problems.map(({ line, message, remedy }) => ({ line, message, remedy })),
    python: recipe.python.version,
  });
}

/** Registers the next version of an environment; with `build` its image is built at once. */
export async function createEnvironmentVersion(
  context: OperationContext,
  input: z.output<typeof createEnvironmentVersionSchema>,
): Promise<EnvironmentVersionDto> {
  requireVerb(context.actor, "asset.write");
  const spec: EnvironmentSpec = { image: input.image, condaFile: input.condaFile, requirements: input.requirements, inferenceConfig: input.inferenceConfig };
  checkSpec(spec);
  const contentHash = createHash("sha256")
    .update(JSON.stringify([spec.image, spec.condaFile, spec.requirements]))
    .digest("hex");
  const { workspaceId, userId } = context.actor;
  const id = context.newId("environmentVersion");
  const now = context.clock.now();
  const row = await context.store.transaction(async (session) => {
    const version = {
      id,
      workspaceId,
      name: input.name,
      spec,
      contentHash,
      description: input.description,
      tags: input.tags,
      createdBy: userId,
      createdAt: now,
    };
    const inserted = await session.environments.insertVersion(version, context.newId("environment"));
    if (input.build) {
      const build = await session.builds.insertIfAbsent({ id: context.newId("build"), workspaceId, environmentVersionId: id, contentHash, createdAt: now });
      await session.changes.append("image_build", build.id);
    }
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "environment",
      targetId: id,
      targetName: `${input.name}:${inserted.version}`,
      after: { contentHash },
    });
    return inserted;
  });
  return getEnvironmentVersion(context, { name: row.name, version: row.version });
}

/** Hides an environment that no deployment uses. */
export async function archiveEnvironment(context: OperationContext, input: { readonly name: string }): Promise<Page<EnvironmentVersionDto>> {
  requireVerb(context.actor, "asset.write");
  const page = await listEnvironmentVersions(context, input);
  const user = page.items.flatMap((version) => version.usedBy)[0];
  if (user !== undefined)
    throw invalidState("environment.in_use", `${input.name} is used by ${user.endpoint}/${user.deployment}. Delete or change that deployment first.`);
  const first = page.items[0];
  const row = first === undefined ? null : await context.store.environments.findVersion(first.id);
  if (row === null) throw notFound("environment.not_found", `There is no environment ${input.name}.`);
  await context.store.transaction(async (session) => {
    await session.environments.archive(row.environmentId, context.clock.now());
    await writeAudit(context, session, {
      action: "asset.write",
      targetType: "environment",
      targetId: row.environmentId,
      targetName: row.name,
      after: { archived: true },
    });
  });
  return page;
}
