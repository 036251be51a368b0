import type { TextFile } from "../asset/file";
import { baseArgument, planFor, type EnvironmentTemplate, type PlanImages } from "../environment/build-plan";
import { readDockerfile } from "../environment/dockerfile";
import { solveEnvironment } from "../environment/solver";
import type { EnvironmentSpec } from "../environment/types";
import type { EditorImage } from "./editor-files";

/** What images are built from: the platform's own, and the texts that come with the product. */
export interface BuildParts {
  readonly images: PlanImages;
  readonly template: EnvironmentTemplate;
  /** Packages of the platform's own inference image. */
  readonly inferenceRequirements: string;
}

/** How the image of a project is had without a server. */
export interface ProjectBuild {
  /** Files that are made for it, by their path in the project. */
  readonly files: readonly TextFile[];
  /** Folder that `docker build` is given; null where an image is used as it is. */
  readonly folder: string | null;
  readonly editor: EditorImage;
}

const base = `\${${baseArgument}}`;
// The platform's own base has this library; an image of Python's alone has not.
const openMp =
  "RUN ldconfig -p | grep -q libgomp.so.1 || (apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*)\n";

const editorBuild = (folder: string, args: Readonly<Record<string, string>>): EditorImage => ({
  build: { dockerfile: `../${folder}/Dockerfile`, context: `../${folder}`, args },
});

/** A base that anybody can pull, where the platform would take its own. */
const publicPython = (version: string, { otherPythons }: PlanImages): string =>
  otherPythons.find((other) => other.version === version)?.image ?? `python:${version}-slim-bookworm`;

function ownDockerfile(dockerfile: string, buildArgs: Readonly<Record<string, string>>, { images }: BuildParts): ProjectBuild {
  const wantsBase = readDockerfile(dockerfile).some(({ keyword, text }) => keyword === "ARG" && text === baseArgument);
  const args = { ...(wantsBase ? { [baseArgument]: publicPython(images.pythonVersion, images) } : {}), ...buildArgs };
  return { files: [{ path: "environment/Dockerfile", content: dockerfile }], folder: "environment", editor: editorBuild("environment", args) };
}

/**
 * A Dockerfile with its context that builds what the server built, upon a base that can be had without one; a user's own stays as it is. Null when
 * this installation cannot solve the environment any more.
 */
export function projectBuild(spec: EnvironmentSpec, parts: BuildParts): ProjectBuild | null {
  const { images, template, inferenceRequirements } = parts;
  if (spec.dockerfile !== null) return ownDockerfile(spec.dockerfile, spec.buildArgs, parts);
  const isInference = spec.image === null && spec.condaFile === null && spec.requirements === null;
  const wish = isInference ? { ...spec, requirements: inferenceRequirements } : spec;
  const recipe = solveEnvironment(wish, {
    pythons: [images.pythonVersion, ...images.otherPythons.map(({ version }) => version)],
    conda: images.conda !== null,
  });
  if (recipe === null) return spec.image === null ? null : { files: [], folder: null, editor: { image: spec.image } };
  if (recipe.problems.length > 0) return null;
  const from = spec.image ?? publicPython(recipe.python.version ?? images.pythonVersion, images);
  const plan = planFor(wish, recipe, images, template, { image: base, foreign: true });
  const dockerfile = recipe.solver === "pip" ? plan.dockerfile.replace("USER root\n", () => `USER root\n${openMp}`) : plan.dockerfile;
  const texts = plan.files.flatMap((file) => ("content" in file ? [{ path: `docker/${file.path}`, content: file.content }] : []));
  return {
    files: [{ path: "docker/Dockerfile", content: `ARG ${baseArgument}=${from}\n${dockerfile}` }, ...texts],
    folder: "docker",
    editor: editorBuild("docker", {}),
  };
}
