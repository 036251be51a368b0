import type { StagedCode, StagedModel } from "../deployment/run-spec";
import type { DeploymentSpec } from "../deployment/types";
import type { EndpointSpec } from "../endpoint/types";
import type { ModelType } from "../model/types";
import type { BuildParts } from "./build-files";
import type { NamedEnvironment } from "./environment-files";

export interface ProjectInput {
  readonly endpoint: { readonly name: string; readonly spec: EndpointSpec };
  readonly deployment: { readonly name: string; readonly spec: DeploymentSpec };
  readonly model: (StagedModel & { readonly type: ModelType }) | null;
  /** False leaves a note instead of the model's files. */
  readonly withModel: boolean;
  readonly code: StagedCode | null;
  readonly environment: NamedEnvironment;
  /** Digest of the image that it runs; null while there is none. */
  readonly image: string | null;
  readonly sample: string | null;
  readonly parts: BuildParts;
}
