import type { StagedCode, StagedModel } from "../deployment/run-spec";
import type { DeploymentSpec } from "../deployment/types";
import type { EndpointSpec } from "../endpoint/types";
import type { EnvironmentSpec } from "../environment/types";
import type { AssetFile, ModelType } from "../model/types";
import type { BuildParts } from "./build-files";

export interface ProjectInput {
  readonly endpoint: { readonly name: string; readonly spec: EndpointSpec };
  readonly deployment: { readonly name: string; readonly spec: DeploymentSpec };
  readonly model: (StagedModel & { readonly type: ModelType }) | null;
  /** False leaves a note instead of the model's files. */
  readonly withModel: boolean;
  readonly code: StagedCode | null;
  readonly environment: {
    readonly name: string;
    readonly version: number;
    readonly spec: EnvironmentSpec;
    /** The image that it names, by digest where that is known. */
    readonly image: string | null;
    /** Files of a Dockerfile's context. */
    readonly context: readonly AssetFile[];
  };
  /** Digest of the image that it runs; null while there is none. */
  readonly image: string | null;
  readonly sample: string | null;
  readonly parts: BuildParts;
}
