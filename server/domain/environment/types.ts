import type { InferenceRoutes } from "../deployment/types";
import type { ContainerSettings } from "./container";

/** How a conda file is honoured: by conda itself, by mapping it to the Python index, or by whichever of the two is there. */
export const condaSolvers = ["auto", "conda", "pip"] as const;
export type CondaSolver = (typeof condaSolvers)[number];

/** What an environment version is made of. Exactly one of conda file, requirements, Dockerfile or none (then the image is used as it is). */
export interface EnvironmentSpec {
  /** Base image reference, or null for the platform's own inference base. Null with a Dockerfile, which names its own. */
  readonly image: string | null;
  /** Text of a conda environment file. */
  readonly condaFile: string | null;
  /** Text of a pip requirements file. */
  readonly requirements: string | null;
  /** Text of a Dockerfile. */
  readonly dockerfile: string | null;
  /** Code asset whose files are the Dockerfile's build context. */
  readonly contextCodeId: string | null;
  /** Build arguments of the Dockerfile; they stay readable in the image's history. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly condaSolver: CondaSolver;
  readonly inferenceConfig: InferenceRoutes | null;
  /** How its container is run, where that differs from the platform's way. */
  readonly container: ContainerSettings | null;
}

/** Where an environment's image comes from. */
export type EnvironmentSource = "image" | "conda" | "requirements" | "dockerfile";

export function sourceOf(spec: Pick<EnvironmentSpec, "condaFile" | "requirements" | "dockerfile">): EnvironmentSource {
  if (spec.dockerfile !== null) return "dockerfile";
  if (spec.condaFile !== null) return "conda";
  return spec.requirements === null ? "image" : "requirements";
}

/** What this installation can build with. */
export interface EnvironmentCapabilities {
  /** Minor versions of Python that the platform has a base for, preferred first; at least one. */
  readonly pythons: readonly string[];
  /** Whether a base with micromamba is set. */
  readonly conda: boolean;
}
