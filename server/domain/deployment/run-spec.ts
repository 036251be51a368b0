import type { AssetFile } from "../model/types";
import { parseUser } from "../environment/container";
import type { EnvironmentSpec } from "../environment/types";
import type { DeploymentSpec, InferenceRoutes } from "./types";

/** Where code and models appear in a container, as on Azure. */
export const appRoot = "/var/azureml-app";
const modelsFolder = "azureml-models";
/** Port of the inference server when the environment does not name its own routes. */
export const inferencePort = 5001;
/** Enough for a few workers with their threads; a fork bomb ends here. */
const pidsLimit = 512;

const serverRoute = (path: string) => ({ path, port: inferencePort });
const inferenceServerRoutes: InferenceRoutes = {
  liveness: serverRoute("/"),
  readiness: serverRoute("/"),
  scoring: serverRoute("/score"),
  scoringRoutes: [],
  pathPrefix: null,
  http2: false,
};

export const routesOf = (environment: Pick<EnvironmentSpec, "inferenceConfig">): InferenceRoutes => environment.inferenceConfig ?? inferenceServerRoutes;

export interface StagedModel {
  readonly name: string;
  readonly version: number;
  /** Last path component of what was registered; for a single file its name. */
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
}

export interface StagedCode {
  readonly rootName: string;
  readonly files: readonly AssetFile[];
}

/** One volume: what lies in it, and where the whole of it appears in the container. */
export interface StagedVolume {
  readonly mountPath: string;
  readonly items: readonly { readonly kind: "model" | "code"; readonly target: string; readonly files: readonly AssetFile[] }[];
}

/** Folder of a model version below the root under which models are mounted. */
const modelFolder = (model: StagedModel): string => `${model.name}/${String(model.version)}`;

/**
 * The volumes of a deployment. Code and models share one, mounted at the app root, unless the deployment names a mount path
 * of its own for models. A registered single file lies directly in the model's version folder.
 */
export function stagedVolumes(spec: Pick<DeploymentSpec, "modelMountPath">, model: StagedModel | null, code: StagedCode | null): StagedVolume[] {
  const codeItem = code === null ? [] : [{ kind: "code" as const, target: code.rootName, files: code.files }];
  const modelItem = (root: string) =>
    model === null ? [] : [{ kind: "model" as const, target: `${root}${modelFolder(model)}${model.isFile ? "" : `/${model.rootName}`}`, files: model.files }];
  const together = spec.modelMountPath === null;
  const volumes: StagedVolume[] = [{ mountPath: appRoot, items: [...codeItem, ...(together ? modelItem(`${modelsFolder}/`) : [])] }];
  if (spec.modelMountPath !== null) volumes.push({ mountPath: spec.modelMountPath, items: modelItem("") });
  return volumes.filter((volume) => volume.items.length > 0);
}

/** The folder that `AZUREML_MODEL_DIR` names. */
export function modelDirectory(spec: Pick<DeploymentSpec, "modelMountPath">, model: StagedModel): string {
  const root = spec.modelMountPath ?? `${appRoot}/${modelsFolder}`;
  return `${root.replace(/\/+$/, "")}/${modelFolder(model)}`;
}

/** What a container is told. The user's variables may change the number of workers, not where model and script are. */
export function containerEnvironment(spec: DeploymentSpec, model: StagedModel | null, code: StagedCode | null): Record<string, string> {
  return {
    WORKER_COUNT: "1",
    SCORING_TIMEOUT_MS: String(spec.requestSettings.requestTimeoutMs),
    ...spec.environmentVariables,
    ...(code === null || spec.codeConfiguration === null
      ? {}
      : { AML_APP_ROOT: `${appRoot}/${code.rootName}`, AZUREML_ENTRY_SCRIPT: spec.codeConfiguration.scoringScript }),
    ...(model === null ? {} : { AZUREML_MODEL_DIR: modelDirectory(spec, model) }),
  };
}

export interface RunSpecInput {
  readonly instanceId: string;
  readonly deploymentId: string;
  readonly endpointName: string;
  readonly deploymentName: string;
  readonly slot: number;
  readonly specHash: string;
  readonly spec: DeploymentSpec;
  readonly environment: EnvironmentSpec;
  readonly model: StagedModel | null;
  readonly code: StagedCode | null;
  readonly image: string;
  readonly mounts: readonly { readonly volume: string; readonly target: string }[];
  readonly address: string;
  readonly size: { readonly cpuCores: number; readonly memoryMib: number; readonly gpuCount: number };
}

/** Everything that one instance runs, frozen when its row is written. */
export function instanceRunSpec(input: RunSpecInput) {
  const { instanceId, deploymentId, endpointName, deploymentName, slot, specHash, image, address } = input;
  const { command, user, sharedMemoryMib } = input.environment.container ?? { command: null, user: null, sharedMemoryMib: null };
  return {
    instanceId,
    deploymentId,
    endpointName,
    deploymentName,
    slot,
    specHash,
    image,
    command,
    user: user === null ? null : parseUser(user),
    sharedMemoryMib,
    environment: containerEnvironment(input.spec, input.model, input.code),
    mounts: input.mounts.map((mount) => ({ ...mount, subPath: "" })),
    address,
    port: routesOf(input.environment).scoring.port,
    cpuCores: input.size.cpuCores,
    memoryMib: input.size.memoryMib,
    gpuCount: input.size.gpuCount,
    pidsLimit,
  };
}

/** What makes an instance outdated: the spec's hash, the number of restarts asked for, and how often the image was changed under the same spec. */
export function wishHashOf(deployment: { readonly specHash: string; readonly restartRequested: number; readonly imageRevision: number }): string {
  const { specHash, restartRequested, imageRevision } = deployment;
  const restarts = restartRequested === 0 ? "" : `-r${String(restartRequested)}`;
  return `${specHash}${restarts}${imageRevision === 0 ? "" : `-i${String(imageRevision)}`}`;
}
