import type { EnvironmentRecipe } from "./recipe-types";

/** Texts that come with the product (images/serving/), handed in because the domain reads no files. */
export interface EnvironmentTemplate {
  /** Dockerfile in which `@BASE@` stands for the base image. */
  readonly dockerfile: string;
  readonly startScript: string;
}

/** A build context without the engine's words; control adds limits and pip settings. */
export interface EnvironmentBuildPlan {
  readonly dockerfile: string;
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
}

/** A foreign base image gets what the template relies on: an interpreter at a known place, `uv`, and the user of the instances. */
const foreignBase = (image: string): string => `FROM ${image} AS sluice-base
USER root
RUN test -x /usr/local/bin/python || ln -s "$(command -v python3 || command -v python)" /usr/local/bin/python
RUN test -x /opt/uv/bin/uv || (/usr/local/bin/python -m venv /opt/uv && /opt/uv/bin/pip install -q uv)
`;

const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/;

/** Whether the text can be an image reference, and nothing else of a Dockerfile's line. */
export const isImageReference = (text: string): boolean => text.length <= 512 && imagePattern.test(text);

/**
 * The build context of an environment: its Dockerfile and files. `base.foreign` marks an image that a user named, as
 * opposed to the product's own Python base. The recipe must be free of problems and the image a valid reference.
 */
export function environmentBuildPlan(
  recipe: EnvironmentRecipe,
  base: { readonly image: string; readonly foreign: boolean },
  template: EnvironmentTemplate,
): EnvironmentBuildPlan {
  const dockerfile = base.foreign
    ? foreignBase(base.image) + template.dockerfile.replaceAll("@BASE@", "sluice-base")
    : template.dockerfile.replaceAll("@BASE@", base.image);
  return {
    dockerfile,
    files: [
      { path: "requirements.txt", content: `${recipe.lines.join("\n")}\n`, mode: 0o644 },
      { path: "aml-start.sh", content: template.startScript, mode: 0o755 },
    ],
  };
}

/** Text whose digest is the build's content hash: equal texts, equal images. */
export const buildPlanIdentity = (plan: EnvironmentBuildPlan): string =>
  JSON.stringify([plan.dockerfile, plan.files.map(({ path, content, mode }) => [path, mode, content])]);

/** What the build log says before the engine's first line: every difference from what the user wrote. */
export function recipeLogLines(recipe: EnvironmentRecipe): readonly string[] {
  const python =
    recipe.python.requested === null ? `Python ${recipe.python.version}` : `Python ${recipe.python.version} (asked for ${recipe.python.requested})`;
  return [
    python,
    ...recipe.notes.map(({ line, message }) => (line === null ? `note: ${message}` : `note, line ${String(line)}: ${message}`)),
    "requirements:",
    ...recipe.lines.map((line) => `  ${line}`),
  ];
}
