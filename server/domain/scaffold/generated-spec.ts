import type { EnvironmentSpec } from "../environment/types";
import type { GeneratedEnvironment } from "./types";

/** The spec of a generated environment; `contextCodeId` is the code that holds its Dockerfile's files. */
export const generatedSpec = (environment: GeneratedEnvironment, contextCodeId: string | null): EnvironmentSpec => ({
  image: null,
  condaFile: environment.kind === "conda" ? environment.text : null,
  requirements: environment.kind === "requirements" ? environment.text : null,
  dockerfile: environment.kind === "dockerfile" ? environment.text : null,
  contextCodeId,
  buildArgs: {},
  condaSolver: "auto",
  container: null,
  inferenceConfig: environment.kind === "dockerfile" ? environment.inferenceConfig : null,
});
