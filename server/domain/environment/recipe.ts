import { parseCondaFile, type CondaFile } from "./conda";
import { droppedPackages, isSystemPackage, pipNames } from "./conda-packages";
import { readCondaSpec, toRequirement, type CondaSpec } from "./conda-spec";
import { choosePython } from "./python-version";
import type { EnvironmentRecipe, PythonChoice, RecipeNote, RecipeProblem, SourceLine } from "./recipe-types";
import { judgeRequirements, normalizedName, parseRequirements } from "./requirements";
import type { EnvironmentSpec } from "./types";

/** The server that runs scoring scripts. Never pinned for the user: its own pins would fight with theirs. */
const inferenceServerPackage = "azureml-inference-server-http";

export interface RecipeOptions {
  /** Minor versions of Python that base images exist for, preferred first; at least one. */
  readonly pythons: readonly string[];
}

function withInferenceServer(lines: readonly string[], notes: RecipeNote[]): readonly string[] {
  if (lines.some((line) => normalizedName(line) === inferenceServerPackage)) return lines;
  notes.push({ line: null, message: `${inferenceServerPackage} is added: it runs the scoring script.` });
  return [...lines, inferenceServerPackage];
}

class CondaMapper {
  readonly lines: string[] = [];
  readonly notes: RecipeNote[];
  readonly problems: RecipeProblem[];
  python: PythonChoice;

  constructor(
    file: CondaFile,
    private readonly options: RecipeOptions,
  ) {
    this.notes = [...file.notes];
    this.problems = [...file.problems];
    this.python = { requested: null, version: options.pythons[0] ?? "3.11" };
  }

  map({ line, text }: SourceLine): void {
    const spec = readCondaSpec(text);
    if (spec === null) {
      this.problems.push({
        line,
        package: /^[\w.-]+/.exec(text)?.[0] ?? null,
        message: `\`${text.slice(0, 120)}\` cannot be translated for pip.`,
        remedy: "Write `package=version`, or move it into the `pip:` list.",
      });
      return;
    }
    if (spec.name === "python") this.mapPython(spec, line);
    else if (droppedPackages.has(spec.name)) this.notes.push({ line, message: `${spec.name} is left out: packages bring it along.` });
    else if (isSystemPackage(spec.name)) this.refuse(spec, line);
    else this.keep(spec, line);
  }

  private keep(spec: CondaSpec, line: number): void {
    const requirement = toRequirement(spec);
    this.lines.push(requirement);
    if (pipNames.has(spec.name) && pipNames.get(spec.name) !== spec.name) this.notes.push({ line, message: `${spec.name} is installed as ${requirement}.` });
    if (spec.dropped.length > 0) this.notes.push({ line, message: `${spec.name}: ${spec.dropped.join(" and ")} left out.` });
  }

  private refuse(spec: CondaSpec, line: number): void {
    this.problems.push({
      line,
      package: spec.name,
      message: `${spec.name} is a system package, and conda packages cannot be solved here.`,
      remedy: "Remove the line, or use a base image that contains it.",
    });
  }

  private mapPython(spec: CondaSpec, line: number): void {
    const chosen = choosePython(spec.version, this.options.pythons);
    if (chosen === null) {
      this.problems.push({
        line,
        package: "python",
        message: `Python ${spec.version.replace(/^==/, "")} is not available.`,
        remedy: `Ask for one of: ${this.options.pythons.join(", ")}.`,
      });
      return;
    }
    this.python = chosen.choice;
    if (!chosen.exact)
      this.notes.push({ line, message: `Python ${chosen.choice.requested ?? ""} is not available; Python ${chosen.choice.version} is used instead.` });
  }
}

function fromConda(text: string, options: RecipeOptions): EnvironmentRecipe {
  const file = parseCondaFile(text);
  const mapper = new CondaMapper(file, options);
  for (const entry of file.dependencies) mapper.map(entry);
  mapper.problems.push(...judgeRequirements(file.pip));
  const lines = withInferenceServer([...mapper.lines, ...file.pip.map((entry) => entry.text)], mapper.notes);
  return { lines, notes: mapper.notes, problems: mapper.problems, python: mapper.python };
}

function fromRequirements(text: string, options: RecipeOptions): EnvironmentRecipe {
  const notes: RecipeNote[] = [];
  const { lines, problems } = parseRequirements(text);
  return {
    lines: withInferenceServer(
      lines.map((entry) => entry.text),
      notes,
    ),
    notes,
    problems,
    python: { requested: null, version: options.pythons[0] ?? "3.11" },
  };
}

/**
 * What has to be installed for an environment, or null when its image is used as it is. Pure and total: any text gives
 * a recipe, and what cannot be honoured is in `problems` with the line that asks for it.
 */
export function environmentRecipe(spec: Pick<EnvironmentSpec, "condaFile" | "requirements">, options: RecipeOptions): EnvironmentRecipe | null {
  if (spec.condaFile !== null) return fromConda(spec.condaFile, options);
  return spec.requirements === null ? null : fromRequirements(spec.requirements, options);
}
