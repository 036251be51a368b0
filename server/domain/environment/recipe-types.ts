/** Something that stops the environment from being built, with the line of the user's file that asks for it. */
export interface RecipeProblem {
  /** 1-based line in the file; null when the whole file is meant. */
  readonly line: number | null;
  readonly package: string | null;
  readonly message: string;
  readonly remedy: string;
}

/** Something that was done differently from what the file says; shown in the build log and beside the environment. */
export interface RecipeNote {
  readonly line: number | null;
  readonly message: string;
}

/** One entry of a dependency file, as written. */
export interface SourceLine {
  readonly line: number;
  readonly text: string;
}

/** A conda package that is taken from the Python index instead. */
export interface Substitution {
  readonly line: number;
  /** As written. */
  readonly from: string;
  /** As given to pip. */
  readonly to: string;
}

export interface PythonChoice {
  /** Interpreter constraint as written, or null when the file has none. */
  readonly requested: string | null;
  /** Minor version that will be used, such as `3.11`; null for whatever the base image has. */
  readonly version: string | null;
  /** Minor numbers that meet the request, checked in the build where the base is not the platform's; null when any does. */
  readonly minors: readonly number[] | null;
}

/** What a dependency file comes to: lines for pip, or the problems that forbid it (then `lines` must not be used). */
export interface EnvironmentRecipe {
  readonly lines: readonly string[];
  readonly notes: readonly RecipeNote[];
  readonly problems: readonly RecipeProblem[];
  readonly substitutions: readonly Substitution[];
  readonly python: PythonChoice;
}
