import { createHash } from "node:crypto";
import { buildPlanIdentity, environmentBuildPlan, isImageReference, recipeLogLines } from "#server/domain/environment/build-plan";
import { environmentRecipe } from "#server/domain/environment/recipe";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { Cause } from "#server/domain/deployment/status";
import type { BuildSpec } from "#server/drivers/compute-driver";
import type { ControlSettings } from "../context";

export type BuildWork =
  | { readonly kind: "refused"; readonly cause: Cause; readonly lines: readonly string[] }
  /** Used as it is: found on the host, else pulled. */
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "build"; readonly spec: BuildSpec; readonly lines: readonly string[] };

const refused = (reason: string, message: string, hint: string, lines: readonly string[] = []): BuildWork => ({
  kind: "refused",
  cause: { reason, message, hint },
  lines,
});

/** What has to be done for an environment's image. Pure: the same environment and settings give the same work. */
export function buildWork(spec: EnvironmentSpec, settings: Pick<ControlSettings, "images" | "environmentTemplate" | "build" | "installationId">): BuildWork {
  if (spec.image !== null && !isImageReference(spec.image))
    return refused("ImageReferenceInvalid", `${spec.image.slice(0, 200)} is not an image reference.`, "Write it as name:tag or registry/name:tag.");
  const recipe = environmentRecipe(spec, { pythons: [settings.images.pythonVersion] });
  if (recipe === null) return { kind: "image", reference: spec.image ?? settings.images.inference };
  const lines = recipeLogLines(recipe);
  const [problem] = recipe.problems;
  if (problem !== undefined) {
    const where = problem.line === null ? "" : `Line ${String(problem.line)}: `;
    const others = recipe.problems.map((one) => `${one.line === null ? "" : `line ${String(one.line)}: `}${one.message} ${one.remedy}`);
    return refused("DependenciesUnsolvable", `${where}${problem.message}`, problem.remedy, others);
  }
  const base = spec.image === null ? { image: settings.images.python, foreign: false } : { image: spec.image, foreign: true };
  const plan = environmentBuildPlan(recipe, base, settings.environmentTemplate);
  const contentHash = createHash("sha256").update(buildPlanIdentity(plan)).digest("hex").slice(0, 40);
  const { timeoutMs, cpuCores, memoryMib, buildArgs } = settings.build;
  return {
    kind: "build",
    lines,
    spec: {
      contentHash,
      repository: `sluice-${settings.installationId}/environment`,
      dockerfile: plan.dockerfile,
      files: plan.files,
      buildArgs,
      cpuCores,
      memoryMib,
      timeoutMs,
    },
  };
}
