import type { InferenceRoutes } from "../deployment/types";

/** What an environment version is made of. Exactly one of conda, requirements or neither (then the image is used as it is). */
export interface EnvironmentSpec {
  /** Base image reference, or null for the platform's own inference base. */
  readonly image: string | null;
  /** Text of a conda environment file. */
  readonly condaFile: string | null;
  /** Text of a pip requirements file. */
  readonly requirements: string | null;
  readonly inferenceConfig: InferenceRoutes | null;
}
