import { appRoot, containerEnvironment, modelDirectory, type StagedCode, type StagedModel } from "../deployment/run-spec";
import type { DeploymentSpec } from "../deployment/types";

/** Where the debugger waits inside a container that runs with one. */
export const debugPort = 5678;

/** Where a dev container's image comes from. */
export type EditorImage =
  { readonly image: string } | { readonly build: { readonly dockerfile: string; readonly context: string; readonly args: Readonly<Record<string, string>> } };

export interface EditorSubject {
  readonly endpoint: string;
  readonly deployment: string;
  readonly spec: DeploymentSpec;
  /** Staged parts with where they lie: paths from the folder that the editor opens, with slashes. */
  readonly model: (StagedModel & { readonly place: string }) | null;
  readonly code: (StagedCode & { readonly place: string }) | null;
  readonly image: EditorImage;
  /** Address of the container with the debugger. */
  readonly debugHost: string;
}

/** Where a model appears in a container: its folder, or its one file. */
export const modelTarget = (spec: DeploymentSpec, model: StagedModel): string => `${modelDirectory(spec, model)}/${model.rootName}`;
const bind = (place: string, target: string): string => `source=\${localWorkspaceFolder}/${place},target=${target},type=bind`;

/** What an editor needs to attach to the running container, and to open the same image as a dev container. */
export function editorFiles({ endpoint, deployment, spec, model, code, image, debugHost }: EditorSubject): Readonly<Record<string, unknown>> {
  const place = code?.place ?? ".";
  const remote = code === null ? appRoot : `${appRoot}/${code.rootName}`;
  return {
    ".vscode/launch.json": {
      version: "0.2.0",
      configurations: [
        {
          name: `Attach to ${endpoint}/${deployment}`,
          type: "debugpy",
          request: "attach",
          connect: { host: debugHost, port: debugPort },
          pathMappings: [{ localRoot: `\${workspaceFolder}/${place}`, remoteRoot: remote }],
          justMyCode: true,
        },
      ],
    },
    ".devcontainer/devcontainer.json": {
      name: `${endpoint}/${deployment}`,
      ...image,
      remoteUser: "root",
      overrideCommand: true,
      workspaceMount: bind(place, remote),
      workspaceFolder: remote,
      ...(model === null ? {} : { mounts: [bind(model.place, modelTarget(spec, model))] }),
      containerEnv: containerEnvironment(spec, model, code),
      customizations: { vscode: { extensions: ["ms-python.python", "ms-python.debugpy"] } },
    },
  };
}
