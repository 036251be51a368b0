import { createHash } from "node:crypto";
import { stagedVolumes, type StagedCode, type StagedModel, type StagedVolume } from "#server/domain/deployment/run-spec";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { FailedStep, StepFact } from "#server/domain/deployment/status";
import type { InstanceType } from "#server/domain/host/types";
import type { DeploymentRow } from "#server/store/deployments";
import type { EndpointRow } from "#server/store/endpoints";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { Store } from "#server/store/store";

/** Everything that a spec names, found. */
export interface SpecInputs {
  readonly environment: EnvironmentVersionRow;
  readonly type: InstanceType;
  readonly model: StagedModel | null;
  readonly code: StagedCode | null;
  readonly volumes: readonly StagedVolume[];
  /** Equal hashes, equal volumes. */
  readonly stageHash: string;
}

export interface DeploymentInputs extends SpecInputs {
  readonly endpoint: EndpointRow;
}

type Found<T> = { readonly ok: true; readonly inputs: T } | { readonly ok: false; readonly fact: FailedStep };

const refused = (reason: string, message: string, hint: string): Found<never> => ({ ok: false, fact: { state: "failed", reason, message, hint } });

export const validSpec: StepFact = { state: "done", reason: "Valid", message: "Everything that the deployment names exists." };

/** Digest over where files lie and what is in them; 40 hexadecimal digits, since it becomes part of a volume's name. */
function hashOf(volumes: readonly StagedVolume[]): string {
  const parts = volumes.map((volume) => [volume.mountPath, volume.items.map((item) => [item.target, item.files.map((file) => [file.path, file.sha256])])]);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}

/** Hash of one of the (at most two) volumes of a deployment; drivers name volumes by its first digits. */
export const volumeHash = (stageHash: string, index: number): string =>
  index === 0
    ? stageHash
    : createHash("sha256")
        .update(`${stageHash}:${String(index)}`)
        .digest("hex")
        .slice(0, 40);

/** Finds what the deployment's spec names, or the first thing that is not there as a failed `SpecValid`. */
export async function readInputs(store: Store, { spec }: DeploymentRow, endpoint: EndpointRow): Promise<Found<DeploymentInputs>> {
  const found = await findInputs(store, spec);
  return found.ok ? { ok: true, inputs: { ...found.inputs, endpoint } } : found;
}

/** As `readInputs`, for a spec that need not be a deployment's. */
export async function findInputs(store: Store, spec: DeploymentSpec): Promise<Found<SpecInputs>> {
  const environment = await store.environments.findVersion(spec.environmentVersionId);
  if (environment === null) return refused("EnvironmentMissing", "The deployment's environment does not exist any more.", "Choose another environment.");
  const type = await store.instanceTypes.findByName(spec.instanceType);
  if (type === null)
    return refused("InstanceTypeUnknown", `There is no instance type ${spec.instanceType}.`, "Choose one of the instance types on the compute page.");
  const version = spec.modelVersionId === null ? null : await store.models.findVersion(spec.modelVersionId);
  if (spec.modelVersionId !== null && version === null)
    return refused("ModelMissing", "The deployment's model version does not exist any more.", "Choose another model version.");
  const code = spec.codeConfiguration === null ? null : await store.codes.findById(spec.codeConfiguration.codeId);
  if (spec.codeConfiguration !== null && code === null)
    return refused("CodeMissing", "The deployment's code does not exist any more.", "Upload the code folder again.");
  const script = spec.codeConfiguration?.scoringScript;
  if (code !== null && script !== undefined && !code.files.some((file) => file.path === script))
    return refused(
      "ScoringScriptMissing",
      `The code has no file ${script}.`,
      `Name one of its files as scoring script: ${code.files
        .slice(0, 5)
        .map((file) => file.path)
        .join(", ")}.`,
    );
  const model =
    version === null ? null : { name: version.name, version: version.version, rootName: version.rootName, isFile: version.isFile, files: version.files };
  const staged = code === null ? null : { rootName: code.rootName, files: code.files };
  const volumes = stagedVolumes(spec, model, staged);
  return { ok: true, inputs: { environment, type, model, code: staged, volumes, stageHash: hashOf(volumes) } };
}
