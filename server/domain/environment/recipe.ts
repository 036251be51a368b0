import { parseCondaFile, type CondaFile } from "./conda";
import { droppedPackages, isSystemPackage, pipNames } from "./conda-packages";
import { readCondaSpec, toRequirement, type CondaSpec } from "./conda-spec";
import { admittedMinors, choosePython } from "./python-version";
import type { EnvironmentRecipe, PythonChoice, RecipeNote, RecipeProblem, SourceLine, Substitution } from "./recipe-types";
import { judgeRequirements, normalizedName, parseRequirements } from "./requirements";
import type { EnvironmentSpec } from "./types";

/** The server that runs scoring scripts. Never pinned for the user: its own pins would fight with theirs. */
export const inferenceServerPackage = "azureml-inference-server-http";

export interface RecipeOptions {
  /** Minor versions of Python that base images exist for, preferred first; null for an image of the user's, whose interpreter is what it is. */
  readonly pythons: readonly string[] | null;
}

const serverNote: RecipeNote = { line: null, message: `${inferenceServerPackage} is added: it runs the scoring script.` };

export const namesInferenceServer = (lines: readonly string[]): boolean => lines.some((line) => normalizedName(line) === inferenceServerPackage);

function withInferenceServer(lines: readonly string[], notes: RecipeNote[]): readonly string[] {
  if (namesInferenceServer(lines)) return lines;
  notes.push(serverNote);
  return [...lines, inferenceServerPackage];
}

/** The interpreter when no file asks for one. */
const anyPython = ({ pythons }: RecipeOptions): PythonChoice => ({ requested: null, version: pythons?.[0] ?? null, minors: null });

/** Reads the entry that asks for an interpreter; what is not available is a note or a problem, never silence. */
function pythonOf(spec: CondaSpec, line: number, { pythons }: RecipeOptions, notes: RecipeNote[], problems: RecipeProblem[]): PythonChoice {
  const requested = spec.version.replace(/^==/, "");
  const chosen = choosePython(spec.version, pythons ?? ["3.11"]);
  if (chosen === null) {
    const offered = pythons === null ? "Python 3 in the base image" : pythons.join(", ");
    problems.push({ line, package: "python", message: `Python ${requested} is not available.`, remedy: `Ask for one of: ${offered}.` });
    return anyPython({ pythons });
  }
  if (pythons === null) return { requested: requested === "" ? null : requested, version: null, minors: admittedMinors(spec.version) };
  if (!chosen.exact)
    notes.push({ line, message: `Python ${chosen.choice.requested ?? ""} is not available; Python ${chosen.choice.version ?? ""} is used instead.` });
  return chosen.choice;
}

class CondaMapper {
  readonly lines: string[] = [];
  readonly substitutions: Substitution[] = [];
  readonly notes: RecipeNote[];
  readonly problems: RecipeProblem[];
  python: PythonChoice;

  constructor(
    file: CondaFile,
    private readonly options: RecipeOptions,
  ) {
    this.notes = [...file.notes];
    this.problems = [...file.problems];
    this.python = anyPython(options);
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
    if (spec.name === "python") this.python = pythonOf(spec, line, this.options, this.notes, this.problems);
    else if (droppedPackages.has(spec.name)) this.notes.push({ line, message: `${spec.name} is left out: packages bring it along.` });
    else if (isSystemPackage(spec.name)) this.refuse(spec, line);
    else this.keep(spec, line, text);
  }

  private keep(spec: CondaSpec, line: number, text: string): void {
    const requirement = toRequirement(spec);
    this.lines.push(requirement);
    this.substitutions.push({ line, from: text, to: requirement });
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
}

function fromConda(text: string, options: RecipeOptions): EnvironmentRecipe {
  const file = parseCondaFile(text);
  const mapper = new CondaMapper(file, options);
  for (const entry of file.dependencies) mapper.map(entry);
  mapper.problems.push(...judgeRequirements(file.pip));
  const lines = withInferenceServer([...mapper.lines, ...file.pip.map((entry) => entry.text)], mapper.notes);
  return { lines, notes: mapper.notes, problems: mapper.problems, substitutions: mapper.substitutions, python: mapper.python };
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
    substitutions: [],
    python: anyPython(options),
  };
}

/**
 * What pip has to install for an environment, or null when its file is none for pip. Pure and total: any text gives
 * a recipe, and what cannot be honoured is in `problems` with the line that asks for it.
 */
export function environmentRecipe(spec: Pick<EnvironmentSpec, "condaFile" | "requirements">, options: RecipeOptions): EnvironmentRecipe | null {
  if (spec.condaFile !== null) return fromConda(spec.condaFile, options);
  return spec.requirements === null ? null : fromRequirements(spec.requirements, options);
}

/**
 * The same for conda itself, which is given the file as it is: no substitutions, and system packages are no problem. `python.version`
 * is null because conda brings its own.
 */
export function condaRecipe(condaFile: string): EnvironmentRecipe {
  const file = parseCondaFile(condaFile);
  const notes = [...file.notes];
  const lines = [...file.dependencies, ...file.pip].map((entry) => entry.text);
  withInferenceServer(lines, notes);
  const python = file.dependencies.flatMap(({ text }) => readCondaSpec(text) ?? []).find(({ name }) => name === "python");
  const requested = python?.version.replace(/^==/, "") ?? "";
  return {
    lines,
    notes,
    problems: [...file.problems, ...judgeRequirements(file.pip)],
    substitutions: [],
    python: { requested: requested === "" ? null : requested, version: null, minors: null },
  };
}
