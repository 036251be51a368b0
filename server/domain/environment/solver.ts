import { condaRecipe, environmentRecipe } from "./recipe";
import type { EnvironmentRecipe } from "./recipe-types";
import type { EnvironmentCapabilities, EnvironmentSpec } from "./types";

export interface SolvedRecipe extends EnvironmentRecipe {
  readonly solver: "conda" | "pip";
  /** Said above all else in the build log when conda was wanted, or usual, and pip has to do; else null. */
  readonly warning: string | null;
}

const mapped = "conda cannot run here, as no base with micromamba is set. Packages come from the Python index instead, and their builds may differ.";

/**
 * Who installs what for an environment, or null when nothing is installed (an image as it is, or a Dockerfile). `conda` asked for where it
 * cannot be had is a problem, never a silent change.
 */
export function solveEnvironment(
  spec: Pick<EnvironmentSpec, "image" | "condaFile" | "requirements" | "condaSolver">,
  capabilities: EnvironmentCapabilities,
): SolvedRecipe | null {
  if (spec.condaFile !== null && spec.condaSolver !== "pip" && capabilities.conda) return { ...condaRecipe(spec.condaFile), solver: "conda", warning: null };
  const recipe = environmentRecipe(spec, { pythons: spec.image === null ? capabilities.pythons : null });
  if (recipe === null) return null;
  if (spec.condaFile === null) return { ...recipe, solver: "pip", warning: null };
  if (spec.condaSolver !== "conda") return { ...recipe, solver: "pip", warning: recipe.substitutions.length > 0 ? mapped : null };
  const unavailable = {
    line: null,
    package: null,
    message: "The solver `conda` is asked for, but this installation has no base with micromamba.",
    remedy: "Choose `auto` or `pip`, or have SLUICE_CONDA_IMAGE set to an image with micromamba.",
  };
  return { ...recipe, solver: "pip", warning: null, problems: [unavailable, ...recipe.problems] };
}
