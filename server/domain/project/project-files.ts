import { stringify } from "yaml";
import type { TextFile, TextOrStoredFile } from "../asset/file";
import { deploymentFile, unlessEmpty } from "../deployment/deployment-file";
import type { StagedCode, StagedModel } from "../deployment/run-spec";
import { projectBuild } from "./build-files";
import { editorFiles } from "./editor-files";
import { environmentField, environmentFiles } from "./environment-files";
import { projectReadme } from "./readme";
import type { ProjectInput } from "./types";

const modelPlace = ({ rootName }: StagedModel): string => `model/${rootName}`;
const codePlace = ({ rootName }: StagedCode): string => `code/${rootName}`;

function yamlFiles({ endpoint, deployment, model, code, environment }: ProjectInput): readonly TextFile[] {
  const { description, tags } = endpoint.spec;
  const file = deploymentFile({ endpoint: endpoint.name, deployment: deployment.name }, deployment.spec, {
    model: model === null ? undefined : { name: model.name, version: model.version, type: model.type, path: `./${modelPlace(model)}` },
    code: code === null ? undefined : `./${codePlace(code)}`,
    environment: environmentField(environment, "./environment"),
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
    ...environmentFiles(environment, "environment"),
    ...(build?.files ?? []),
    ...(code === null ? [] : code.files.map((file) => ({ ...file, path: `${codePlace(code)}/${file.path}` }))),
    ...modelFiles(input),
  ];
}
