import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { z } from "zod";
import type { StagedCode, StagedModel } from "#server/domain/deployment/run-spec";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import { judgeContainer } from "#server/domain/environment/container";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import type { AssetFile } from "#server/domain/model/types";
import { definesScoring } from "#server/domain/model/detect";
import { deploymentFileSchema, fieldsWithoutLocalMeaning, wireNames, type DeploymentFile } from "./deployment-file";
import { CommandFailure } from "./failure";
import { readContent, type LocalContent } from "./files";
import { makeFromModel, type NoCode } from "./scaffold";

/** A deployment as its YAML says, with everything that it names found on this machine. */
export interface LocalProject {
  readonly file: string;
  readonly endpoint: string;
  readonly deployment: string;
  readonly spec: DeploymentSpec;
  readonly environment: EnvironmentSpec;
  /** Files of the Dockerfile's build context. */
  readonly context: readonly AssetFile[];
  readonly model: (StagedModel & { readonly place: string }) | null;
  readonly code: (StagedCode & { readonly folder: string }) | null;
  /** Absolute path by SHA-256, for staging. */
  readonly places: ReadonlyMap<string, string>;
  /** Files and folders whose change is a change of the deployment. */
  readonly watched: readonly string[];
  readonly notes: readonly string[];
}

const defaultInstanceType = "sluice.large";

const fileNames = new Map(Object.entries(wireNames).map(([fileName, wireName]) => [wireName, fileName]));

function issueText(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((part) => fileNames.get(String(part)) ?? String(part)).join(".");
  return `${place === "" ? "the file" : place}: ${issue.message}`;
}

async function readYaml(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new CommandFailure(`${file} does not exist.`, "Name the deployment's YAML file with -f.");
  });
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new CommandFailure(`${file} is not YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`, "Correct the line.");
  }
}

async function readDeploymentFile(file: string): Promise<DeploymentFile> {
  const parsed = deploymentFileSchema.safeParse(await readYaml(file));
  if (parsed.success) return parsed.data;
  throw new CommandFailure(`${file} is not a deployment.`, "Correct the fields that are named.", parsed.error.issues.map(issueText));
}

const registered = (field: string, reference: string) =>
  new CommandFailure(
    `${field}: ${reference} is registered on a server, and a local deployment has none.`,
    `Write a path instead, for example \`${field}: { path: ./${field} }\`.`,
  );

async function textOf(folder: string, place: string, field: string): Promise<string> {
  return readFile(path.resolve(folder, place), "utf8").catch(() => {
    throw new CommandFailure(`${field}: ${place} cannot be read.`, "Paths are taken from the YAML file's own folder.");
  });
}

function containerOf({ container }: NonNullable<Exclude<DeploymentFile["environment"], string>>): EnvironmentSpec["container"] {
  if (container === undefined) return null;
  const settings = { command: container.command, user: container.user, sharedMemoryMib: container.shared_memory_mib };
  const refusal = judgeContainer(settings);
  if (refusal !== null) throw new CommandFailure(`environment: ${refusal.message}`, refusal.fields[0]?.remedy ?? "");
  return settings;
}

interface LocalEnvironment {
  readonly spec: EnvironmentSpec;
  /** Build context of a Dockerfile; null without one. */
  readonly context: LocalContent | null;
  readonly watched: readonly string[];
}

async function environmentOf({ environment }: DeploymentFile, folder: string): Promise<LocalEnvironment> {
  if (typeof environment === "string") throw registered("environment", environment);
  const { image, conda_file: conda, requirements_file: requirements, inference_config: routes, build, conda_solver: condaSolver = "auto" } = environment ?? {};
  const inferenceConfig =
    routes === undefined
      ? null
      : {
          liveness: routes.liveness_route,
          readiness: routes.readiness_route,
          scoring: routes.scoring_route,
          scoringRoutes: routes.scoring_routes,
          pathPrefix: routes.path_prefix,
          http2: routes.http2,
        };
  const condaFile = conda === undefined ? null : typeof conda === "string" ? await textOf(folder, conda, "environment.conda_file") : stringify(conda);
  const requirementsText = requirements === undefined ? null : await textOf(folder, requirements, "environment.requirements_file");
  const context = build === undefined ? null : await readContent(path.resolve(folder, build.path), "environment.build.path");
  const dockerfile = build === undefined ? null : await textOf(folder, path.join(build.path, build.dockerfile_path), "environment.build.dockerfile_path");
  const watched = [conda, requirements, build?.path].flatMap((place) => (typeof place === "string" ? [path.resolve(folder, place)] : []));
  const source = { image: image ?? null, condaFile, requirements: requirementsText, dockerfile, contextCodeId: build === undefined ? null : "local" };
  return {
    spec: { ...source, buildArgs: build?.args ?? {}, condaSolver, inferenceConfig, container: containerOf(environment ?? { conda_solver: condaSolver }) },
    context,
    watched,
  };
}

async function codeOf({ code_configuration: wish }: DeploymentFile, folder: string): Promise<(LocalContent & { readonly folder: string }) | null> {
  if (wish === undefined) return null;
  const place = path.resolve(folder, wish.code);
  const content = await readContent(place, "code_configuration.code");
  const script = content.files.find((file) => file.path === wish.scoring_script);
  if (script === undefined)
    throw new CommandFailure(
      `code_configuration.scoring_script: ${wish.code} has no file ${wish.scoring_script}.`,
      `Name one of: ${content.files.slice(0, 5).map((file) => file.path).join(", ")}.`,
    ); // prettier-ignore
  if (script.path.endsWith(".py") && !definesScoring(await readFile(path.join(place, script.path), "utf8")))
    throw new CommandFailure(`${script.path} does not define both init() and run().`, "Define both at the top level of the file.");
  return { ...content, folder: place };
}

function modelPath({ model }: DeploymentFile): { readonly path: string; readonly name: string; readonly version: number } | null {
  if (model === undefined) return null;
  if (typeof model === "string") {
    if (model.startsWith("azureml:")) throw registered("model", model);
    return { path: model, name: "model", version: 1 };
  }
  return { path: model.path, name: model.name ?? "model", version: Number(model.version ?? 1) || 1 };
}

function specOf(file: DeploymentFile): DeploymentSpec {
  return {
    description: "",
    tags: {},
    modelVersionId: file.model === undefined ? null : "local",
    codeConfiguration: null,
    environmentVersionId: "local",
    environmentVariables: file.environment_variables,
    instanceType: file.instance_type ?? defaultInstanceType,
    instanceCount: 1,
    requestSettings: file.request_settings,
    livenessProbe: file.liveness_probe,
    readinessProbe: file.readiness_probe,
    modelMountPath: file.model_mount_path ?? null,
    appInsightsEnabled: file.app_insights_enabled,
  };
}

function notesOf(file: DeploymentFile): string[] {
  const known = new Set([...Object.keys(deploymentFileSchema.shape), ...fieldsWithoutLocalMeaning]);
  const unknown = Object.keys(file).filter((field) => !known.has(field));
  return [
    ...unknown.map((field) => `${field} is not a field of a deployment and is left out.`),
    ...(file.instance_count > 1 ? [`instance_count is ${String(file.instance_count)}; locally there is one instance.`] : []),
  ];
}

interface Parts {
  readonly environment: LocalEnvironment;
  readonly code: (LocalContent & { readonly folder: string; readonly scoringScript: string }) | null;
  readonly model: LocalContent | null;
  readonly notes: readonly string[];
}

/** Everything that the file names, and what is made from the model where code is left out. */
async function partsOf(wish: DeploymentFile, folder: string, noCode: NoCode | null): Promise<Parts> {
  const environment = await environmentOf(wish, folder);
  const code = await codeOf(wish, folder);
  const named = modelPath(wish);
  const model = named === null ? null : await readContent(path.resolve(folder, named.path), "model");
  const given = { environment, model, notes: [] };
  if (code !== null) return { ...given, code: { ...code, scoringScript: wish.code_configuration?.scoring_script ?? "" } };
  if (environment.spec.inferenceConfig !== null) return { ...given, code: null };
  if (model === null || named === null || noCode === null)
    throw new CommandFailure(
      "code_configuration is missing.",
      "Name code and scoring script, or a model that can be served without; or give the environment an inference_config when its image serves by itself.",
    );
  const made = await makeFromModel(model, named.name, wish.framework ?? null, noCode.texts, noCode.folderOf(wish.endpoint_name, wish.name));
  const generated = { spec: made.environment, context: made.context, watched: [] };
  return { code: made.code, model, notes: made.notes, environment: wish.environment === undefined ? generated : environment };
}

/**
 * Reads a deployment's YAML and everything that it names; with `noCode` also a model without code. Rejects with `CommandFailure` that names field and
 * remedy.
 */
export async function loadProject(place: string, noCode: NoCode | null = null): Promise<LocalProject> {
  const file = path.resolve(place);
  const folder = path.dirname(file);
  const wish = await readDeploymentFile(file);
  const { environment, code, model, notes } = await partsOf(wish, folder, noCode);
  const named = modelPath(wish);
  return {
    file,
    endpoint: wish.endpoint_name,
    deployment: wish.name,
    spec: { ...specOf(wish), codeConfiguration: code === null ? null : { codeId: "local", scoringScript: code.scoringScript } },
    environment: environment.spec,
    context: environment.context?.files ?? [],
    model:
      model === null || named === null
        ? null
        : {
            name: named.name,
            version: named.version,
            rootName: model.rootName,
            isFile: model.isFile,
            files: model.files,
            place: path.resolve(folder, named.path),
          },
    code: code === null ? null : { rootName: code.rootName, files: code.files, folder: code.folder },
    places: new Map([...(model?.places ?? []), ...(code?.places ?? []), ...(environment.context?.places ?? [])]),
    watched: [
      file,
      ...environment.watched,
      // What was made is made anew at every look, so its own changes say nothing.
      ...(wish.code_configuration === undefined || code === null ? [] : [code.folder]),
      ...(named === null ? [] : [path.resolve(folder, named.path)]),
    ],
    notes: [...notesOf(wish), ...notes],
  };
}
