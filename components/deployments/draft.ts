import type { z } from "zod";
import type { Uploaded } from "../upload/use-upload";
import type { Pair } from "#components/ui/pairs-editor";
import type { EnvironmentVersionDto } from "../../server/contract/asset";
import {
  createDeploymentSchema,
  probeSettingsSchema,
  requestSettingsSchema,
  type CreateDeploymentInput,
  type DeploymentDto,
} from "../../server/contract/deployment";
import { assetNameSchema } from "../../server/contract/asset";
import { isMountPath } from "../../server/domain/deployment/mount-path";
import type { Framework, GeneratedFile } from "../../server/domain/scaffold/types";
import { blankContainer, containerProblems, type ContainerDraft } from "../environments/container-draft";
import { pairsToRecord, recordToPairs } from "../ui/pairs";

/** A registered thing, something just uploaded (registered on submit), or none. */
export interface AssetChoice {
  readonly source: "registered" | "upload" | "none";
  /** `name:version`. */
  readonly ref: string | null;
  /** Name to register an upload under. */
  readonly name: string;
  readonly uploaded: Uploaded | null;
}

export interface EnvironmentChoice {
  readonly source: "registered" | "conda" | "requirements" | "container";
  readonly ref: string | null;
  readonly name: string;
  readonly text: string;
}

/** Code and environment made from the model. What a person changed of them is kept as text until it is registered. */
export interface GeneratedChoice {
  /** Null until somebody chooses; a recognised model then decides. */
  readonly use: boolean | null;
  /** What the model is said to be, where it was not recognised rightly. */
  readonly framework: Framework | null;
  readonly files: readonly GeneratedFile[] | null;
  readonly scoringScript: string | null;
  readonly environment: { readonly kind: "conda" | "requirements"; readonly text: string } | null;
}

export type RequestSettings = z.infer<typeof requestSettingsSchema>;
export type ProbeSettings = z.infer<typeof probeSettingsSchema>;

export interface DeploymentDraft {
  readonly name: string;
  readonly model: AssetChoice;
  readonly generated: GeneratedChoice;
  readonly code: AssetChoice;
  readonly scoringScript: string;
  readonly environment: EnvironmentChoice;
  /** The image and routes of an environment that serves by itself. */
  readonly container: ContainerDraft;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly requestSettings: RequestSettings;
  readonly livenessProbe: ProbeSettings;
  readonly readinessProbe: ProbeSettings;
  readonly environmentVariables: readonly Pair[];
  /** Empty for the platform's own place. */
  readonly modelMountPath: string;
  /** Kept with the deployment; nothing is sent yet. */
  readonly appInsightsEnabled: boolean;
  readonly description: string;
  readonly tags: readonly Pair[];
  /** Share of the traffic that the editor is to offer once the deployment is ready; it starts with none in any case. */
  readonly share: number;
  readonly step: number;
  readonly reached: number;
}

const noAsset: AssetChoice = { source: "upload", ref: null, name: "", uploaded: null };

export const nothingGenerated: GeneratedChoice = { use: null, framework: null, files: null, scoringScript: null, environment: null };

/** Whether code and environment are made from the model. Only a registered one can be looked into. */
export const isGenerated = (draft: DeploymentDraft): boolean => draft.generated.use === true && draft.model.source === "registered" && draft.model.ref !== null;

/** Whether nobody said yet what runs the model. */
export const isRuntimeOpen = ({ code, environment }: DeploymentDraft): boolean =>
  code.uploaded === null && code.ref === null && environment.ref === null && environment.text === "" && environment.source !== "container";

/** An empty wish for an endpoint, or one with a registered model (`name:version`); names are offered, not imposed. */
export function blankDraft(endpoint: string, model?: string): DeploymentDraft {
  return {
    name: "",
    model: { ...noAsset, name: endpoint, ...(model === undefined ? {} : { source: "registered", ref: model }) },
    generated: nothingGenerated,
    code: { ...noAsset, name: `${endpoint}-code` },
    scoringScript: "",
    environment: { source: "registered", ref: null, name: `${endpoint}-env`, text: "" },
    container: blankContainer,
    instanceType: "",
    instanceCount: 1,
    requestSettings: requestSettingsSchema.parse({}),
    livenessProbe: probeSettingsSchema.parse({}),
    readinessProbe: probeSettingsSchema.parse({}),
    environmentVariables: [],
    modelMountPath: "",
    appInsightsEnabled: false,
    description: "",
    tags: [],
    share: 0,
    step: 0,
    reached: 0,
  };
}

const refOf = (asset: { readonly name: string; readonly version: number } | null): string | null => (asset === null ? null : `${asset.name}:${asset.version}`);

/** The wish of an existing deployment, to be changed. */
export function draftOf(deployment: DeploymentDto): DeploymentDraft {
  const blank = blankDraft(deployment.endpoint);
  return {
    ...blank,
    name: deployment.name,
    model: { ...blank.model, source: deployment.model === null ? "none" : "registered", ref: refOf(deployment.model) },
    code: { ...blank.code, source: deployment.code === null ? "none" : "registered", ref: refOf(deployment.code) },
    scoringScript: deployment.scoringScript ?? "",
    environment: { ...blank.environment, ref: refOf(deployment.environment) },
    instanceType: deployment.instanceType,
    instanceCount: deployment.instanceCount,
    requestSettings: deployment.requestSettings,
    livenessProbe: deployment.livenessProbe,
    readinessProbe: deployment.readinessProbe,
    environmentVariables: recordToPairs(deployment.environmentVariables),
    modelMountPath: deployment.modelMountPath ?? "",
    appInsightsEnabled: deployment.appInsightsEnabled,
    description: deployment.description,
    tags: recordToPairs(deployment.tags),
    reached: 4,
  };
}

// Stands for the version that registering an upload will give; a person who copies the text fills it in.
const nextVersion = "VERSION";

function assetRef(choice: AssetChoice): string | null {
  if (choice.source === "none") return null;
  return choice.source === "registered" ? choice.ref : `${choice.name}:${nextVersion}`;
}

type Runtime = Pick<CreateDeploymentInput, "code" | "scoringScript" | "environment" | "framework">;

/** Left out is what the server makes by itself; of what was edited the registered version will be named. */
function runtimeOf(draft: DeploymentDraft): Runtime {
  const { environment, generated } = draft;
  if (!isGenerated(draft))
    return {
      code: assetRef(draft.code),
      scoringScript: draft.code.source === "none" || draft.scoringScript === "" ? null : draft.scoringScript,
      environment: environment.source === "registered" ? (environment.ref ?? "") : `${environment.name}:${nextVersion}`,
    };
  return {
    framework: generated.framework,
    ...(generated.files === null ? {} : { code: `${editedCodeName(draft)}:${nextVersion}`, scoringScript: generated.scoringScript }),
    ...(generated.environment === null ? {} : { environment: `${editedEnvironmentName(draft)}:${nextVersion}` }),
  };
}

const modelNameOf = (draft: DeploymentDraft): string => (draft.model.ref ?? "").split(":")[0] ?? "";
/** Names of edited parts; they are registered for this deployment alone and shown in no list. */
export const editedCodeName = (draft: DeploymentDraft): string => `${modelNameOf(draft)}-edited-code`;
export const editedEnvironmentName = (draft: DeploymentDraft): string => `${modelNameOf(draft)}-edited-environment`;

/** The request that a draft comes to. */
export function toBody(draft: DeploymentDraft, endpoint: string): CreateDeploymentInput {
  return {
    endpoint,
    name: draft.name,
    description: draft.description,
    tags: pairsToRecord(draft.tags),
    model: assetRef(draft.model),
    ...runtimeOf(draft),
    environmentVariables: pairsToRecord(draft.environmentVariables),
    instanceType: draft.instanceType,
    instanceCount: draft.instanceCount,
    requestSettings: draft.requestSettings,
    livenessProbe: draft.livenessProbe,
    readinessProbe: draft.readinessProbe,
    modelMountPath: draft.modelMountPath.trim() === "" ? null : draft.modelMountPath.trim(),
    appInsightsEnabled: draft.appInsightsEnabled,
  };
}

/** Whether something still has to be registered before the deployment can be asked for. */
export function needsRegistering(draft: DeploymentDraft): boolean {
  if (isGenerated(draft)) return draft.generated.files !== null || draft.generated.environment !== null;
  return draft.model.source === "upload" || draft.code.source === "upload" || draft.environment.source !== "registered";
}

export interface StepProblems {
  readonly model: Readonly<Record<string, string>>;
  readonly runtime: Readonly<Record<string, string>>;
  readonly compute: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

function assetProblem(choice: AssetChoice, what: string): string | null {
  if (choice.source === "registered" && choice.ref === null) return `Choose a registered ${what}.`;
  if (choice.source === "upload" && choice.uploaded === null) return `Upload the ${what}, or choose a registered one.`;
  if (choice.source === "upload" && !assetNameSchema.safeParse(choice.name).success)
    return `Give the ${what} a name: letters, digits, dashes, dots and underscores.`;
  return null;
}

function runtimeProblems(draft: DeploymentDraft, environment: EnvironmentVersionDto | undefined, dependencyProblems: number): Record<string, string> {
  const problems: Record<string, string> = {};
  const code = assetProblem(draft.code, "code folder");
  if (code !== null) problems["code"] = code;
  const scripts = draft.code.uploaded?.scoringScripts;
  if (draft.code.source !== "none" && code === null) {
    if (draft.scoringScript.trim() === "") problems["scoringScript"] = "Name the Python file that defines init() and run().";
    else if (draft.code.source === "upload" && scripts !== null && scripts !== undefined && !scripts.includes(draft.scoringScript)) {
      const known = draft.code.uploaded?.paths.includes(draft.scoringScript) === true;
      problems["scoringScript"] = known
        ? `${draft.scoringScript} does not define both init() and run() at its top level.`
        : `There is no ${draft.scoringScript} in the uploaded code.`;
    }
  }
  if (draft.code.source === "none" && draft.environment.source === "registered" && environment !== undefined && environment.inferenceConfig === null) {
    problems["code"] = "This environment runs a scoring script, so it needs code. Only an environment with its own routes goes without.";
  }
  if (draft.environment.source === "registered" && draft.environment.ref === null) problems["environment"] = "Choose an environment, or describe a new one.";
  if (draft.environment.source !== "registered") {
    if (!assetNameSchema.safeParse(draft.environment.name).success) problems["environment"] = "Give the environment a name.";
    else if (draft.environment.source === "container") {
      const [first] = Object.values(containerProblems(draft.container));
      if (first !== undefined) problems["environment"] = first;
    } else if (draft.environment.text.trim() === "") problems["environment"] = "Paste or open the dependency file.";
    else if (dependencyProblems > 0) problems["environment"] = "The dependency file has lines that cannot be honoured.";
  }
  return problems;
}

const ofSettings = /^(requestSettings|livenessProbe|readinessProbe|environmentVariables|tags|description|modelMountPath)/;

function settingsProblems(draft: DeploymentDraft, refused: Readonly<Record<string, string>>): Record<string, string> {
  const problems = Object.fromEntries(Object.entries(refused).filter(([path]) => ofSettings.test(path)));
  const path = draft.modelMountPath.trim();
  if (path !== "" && !isMountPath(path)) problems["modelMountPath"] = "Give an absolute path of letters, digits, dots, dashes and underscores.";
  return problems;
}

/** Everything that is refused, by the step that asks for it; the numbers by the same schema as the server's. */
export function problemsOf(
  draft: DeploymentDraft,
  facts: {
    readonly endpoint: string;
    readonly existing: DeploymentDto | null;
    readonly taken: readonly string[];
    readonly environment: EnvironmentVersionDto | undefined;
    readonly dependencyProblems: number;
    /** Why the model cannot be served by generated parts, or null. */
    readonly scaffoldProblem: string | null;
  },
): StepProblems {
  const outcome = createDeploymentSchema.safeParse(toBody(draft, facts.endpoint));
  const refused: Record<string, string> = {};
  for (const issue of outcome.success ? [] : (outcome.error as z.ZodError).issues) refused[issue.path.join(".")] ??= issue.message;
  const model: Record<string, string> = {};
  if (refused["name"] !== undefined) model["name"] = refused["name"];
  else if (facts.existing === null && facts.taken.some((name) => name.toLowerCase() === draft.name.toLowerCase()))
    model["name"] = "This endpoint has a deployment of that name.";
  const asset = assetProblem(draft.model, "model");
  if (asset !== null) model["model"] = asset;
  const compute: Record<string, string> = {};
  if (draft.instanceType === "") compute["instanceType"] = "Choose an instance type.";
  if (refused["instanceCount"] !== undefined) compute["instanceCount"] = refused["instanceCount"];
  const generated = facts.scaffoldProblem === null ? {} : { generated: facts.scaffoldProblem };
  const runtime = isGenerated(draft) ? generated : runtimeProblems(draft, facts.environment, facts.dependencyProblems);
  return { model, runtime, compute, settings: settingsProblems(draft, refused) };
}
