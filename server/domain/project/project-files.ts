import { stringify } from "yaml";
import type { TextFile, TextOrStoredFile } from "../asset/file";
import { deploymentFile, unlessEmpty } from "../deployment/deployment-file";
import type { StagedCode, StagedModel } from "../deployment/run-spec";
import { projectBuild } from "./build-files";
import { editorFiles } from "./editor-files";
import { projectReadme } from "./readme";
import type { ProjectInput } from "./types";

const modelPlace = ({ rootName }: StagedModel): string => `model/${rootName}`;
const codePlace = ({ rootName }: StagedCode): string => `code/${rootName}`;

/** The environment in the fields that `sluice local up` reads. */
function environmentField({ name, version, spec, image }: ProjectInput["environment"]): unknown {
  const routes = spec.inferenceConfig;
  const settings = spec.container;
  return {
    name,
    version,
    image: image ?? undefined,
    conda_file: spec.condaFile === null ? undefined : "./environment/conda.yaml",
    conda_solver: spec.condaSolver === "auto" ? undefined : spec.condaSolver,
    requirements_file: spec.requirements === null ? undefined : "./environment/requirements.txt",
    build: spec.dockerfile === null ? undefined : { path: "./environment", dockerfile_path: "Dockerfile", args: spec.buildArgs },
    inference_config:
      routes === null
        ? undefined
        : {
            liveness_route: routes.liveness,
            readiness_route: routes.readiness,
            scoring_route: routes.scoring,
            scoring_routes: routes.scoringRoutes,
            path_prefix: routes.pathPrefix,
          },
    container: settings === null ? undefined : { command: settings.command, user: settings.user, shared_memory_mib: settings.sharedMemoryMib },
  };
}

function yamlFiles({ endpoint, deployment, model, code, environment }: ProjectInput): readonly TextFile[] {
  const { description, tags } = endpoint.spec;
  const file = deploymentFile({ endpoint: endpoint.name, deployment: deployment.name }, deployment.spec, {
    model: model === null ? undefined : { name: model.name, version: model.version, type: model.type, path: `./${modelPlace(model)}` },
    code: code === null ? undefined : `./${codePlace(code)}`,
    environment: environmentField(environment),
  });
  const shown = { name: endpoint.name, auth_mode: endpoint.spec.authMode, description: description === "" ? undefined : description, tags: unlessEmpty(tags) };
  return [
    { path: "endpoint.yml", content: stringify(shown) },
    { path: "deployment.yml", content: stringify(file) },
  ];
}

function modelFiles({ model, withModel }: ProjectInput): readonly TextOrStoredFile[] {
  if (model === null) return [];
  if (withModel) return model.files.map((file) => ({ ...file, path: model.isFile ? `model/${file.path}` : `${modelPlace(model)}/${file.path}` }));
  const reference = `${model.name}:${String(model.version)}`;
  const content = `The model ${reference} was left out. Get it into this folder, from the project's root:

    npx sluice model download ${reference} --to model

The command wants \`SLUICE_URL\` and \`SLUICE_TOKEN\`, the studio's address and a token of its Settings page.
`;
  return [{ path: "model/FETCH.md", content }];
}

function environmentFiles({ environment: { spec, context } }: ProjectInput): readonly TextOrStoredFile[] {
  return [
    ...(spec.condaFile === null ? [] : [{ path: "environment/conda.yaml", content: spec.condaFile }]),
    ...(spec.requirements === null ? [] : [{ path: "environment/requirements.txt", content: spec.requirements }]),
    // The environment's own text stands for the context's file of that name, as it does in a build.
    ...(spec.dockerfile === null ? [] : context.filter(({ path }) => path !== "Dockerfile").map((file) => ({ ...file, path: `environment/${file.path}` }))),
  ];
}

/** The folder of a deployment that somebody can open and run on a machine of their own. */
export function projectFiles(input: ProjectInput): readonly TextOrStoredFile[] {
  const { endpoint, deployment, model, code, sample, environment } = input;
  const build = projectBuild({ ...environment.spec, image: environment.image }, input.parts);
  const editor = editorFiles({
    endpoint: endpoint.name,
    deployment: deployment.name,
    spec: deployment.spec,
    model: model === null ? null : { ...model, place: modelPlace(model) },
    code: code === null ? null : { ...code, place: codePlace(code) },
    image: build?.editor ?? { image: environment.image ?? input.parts.images.python },
    debugHost: "localhost",
  });
  return [
    { path: "README.md", content: projectReadme(input, build) },
    ...yamlFiles(input),
    ...(sample === null ? [] : [{ path: "sample-request.json", content: sample }]),
    ...Object.entries(editor).map(([path, value]) => ({ path, content: `${JSON.stringify(value, null, 2)}\n` })),
    ...environmentFiles(input),
    ...(build?.files ?? []),
    ...(code === null ? [] : code.files.map((file) => ({ ...file, path: `${codePlace(code)}/${file.path}` }))),
    ...modelFiles(input),
  ];
}
