import { invalidInput, type FieldError, type SluiceError } from "../errors";
import { isImageReference } from "./build-plan";
import { judgeContainer } from "./container";
import { judgeDockerfile } from "./dockerfile";
import { solveEnvironment } from "./solver";
import type { EnvironmentCapabilities, EnvironmentSpec } from "./types";

type Checked = Omit<EnvironmentSpec, "inferenceConfig">;

const refuse = (code: string, message: string, ...fields: readonly FieldError[]): SluiceError => invalidInput(code, message, fields);

function judgeSources(spec: Checked): SluiceError | null {
  if (spec.condaFile !== null && spec.requirements !== null)
    return refuse("environment.two_dependency_files", "An environment has a conda file or a requirements file, not both.", {
      path: "requirements",
      message: "given beside condaFile",
      remedy: "Move its lines into the conda file's `pip:` list.",
    });
  const beside = spec.dockerfile === null ? undefined : (["image", "condaFile", "requirements"] as const).find((name) => spec[name] !== null);
  if (beside !== undefined)
    return refuse("environment.sources_conflict", "A Dockerfile says everything about its image, so nothing else may be given beside it.", {
      path: beside,
      message: "given beside dockerfile",
      remedy: "Name the base in the Dockerfile's FROM, and install packages by a RUN.",
    });
  if (spec.dockerfile === null && spec.contextCodeId !== null)
    return refuse("environment.dockerfile_missing", "A build context needs a Dockerfile.", {
      path: "dockerfile",
      message: "is missing",
      remedy: "Add a file named Dockerfile to the context folder, or give its text.",
    });
  return null;
}

function judgeImage(spec: Checked): SluiceError | null {
  if (spec.image === null || isImageReference(spec.image)) return null;
  return refuse("environment.image_invalid", `${spec.image.slice(0, 200)} is not an image reference.`, {
    path: "image",
    message: "is not an image reference",
    remedy: "Write it as name:tag, registry/name:tag or name@sha256:….",
  });
}

const argumentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function judgeBuildArgs(spec: Checked): SluiceError | null {
  const names = Object.keys(spec.buildArgs);
  const wrong = names.find((name) => !argumentName.test(name));
  if (wrong !== undefined)
    return refuse("environment.build_argument_invalid", `${wrong.slice(0, 60)} cannot be the name of a build argument.`, {
      path: "buildArgs",
      message: "a name is not letters, digits and underscores",
      remedy: "Rename it as in the Dockerfile's ARG line.",
    });
  if (names.length > 0 && spec.dockerfile === null)
    return refuse("environment.build_argument_invalid", "Build arguments are read by a Dockerfile only.", {
      path: "buildArgs",
      message: "given without dockerfile",
      remedy: "Remove them, or write a Dockerfile with ARG lines.",
    });
  return null;
}

function judgeDocker(spec: Checked): SluiceError | null {
  const problems = spec.dockerfile === null ? [] : judgeDockerfile(spec.dockerfile);
  const [first] = problems;
  if (first === undefined) return null;
  return refuse(
    "environment.dockerfile_invalid",
    `Line ${String(first.line)}: ${first.message}`,
    ...problems.map(({ line, message, remedy }) => ({ path: `dockerfile.${String(line)}`, message, remedy })),
  );
}

function judgeDependencies(spec: Checked, capabilities: EnvironmentCapabilities): SluiceError | null {
  if (spec.condaFile !== null && spec.condaSolver === "conda" && !capabilities.conda)
    return refuse("environment.solver_unavailable", "conda cannot run here: this installation has no base with micromamba.", {
      path: "condaSolver",
      message: "is not available",
      remedy: "Choose auto or pip, or have SLUICE_CONDA_IMAGE set to an image with micromamba.",
    });
  const problems = solveEnvironment(spec, capabilities)?.problems ?? [];
  const [first] = problems;
  if (first === undefined) return null;
  const path = spec.condaFile === null ? "requirements" : "condaFile";
  return refuse(
    "environment.cannot_be_built",
    `${first.line === null ? "" : `Line ${String(first.line)}: `}${first.message}`,
    ...problems.map(({ line, message, remedy }) => ({ path: line === null ? path : `${path}.${String(line)}`, message, remedy })),
  );
}

/** Refuses what can be known to fail before anything is built, naming field, reason and remedy; null when nothing can. */
export const judgeEnvironment = (spec: Checked, capabilities: EnvironmentCapabilities): SluiceError | null =>
  judgeSources(spec) ??
  judgeImage(spec) ??
  judgeBuildArgs(spec) ??
  (spec.container === null ? null : judgeContainer(spec.container)) ??
  judgeDocker(spec) ??
  judgeDependencies(spec, capabilities);
