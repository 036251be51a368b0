import { appRoot, containerEnvironment, modelDirectory, type StagedCode, type StagedModel } from "../deployment/run-spec";
import type { DeploymentSpec } from "../deployment/types";

/** Where the debugger waits inside a container that runs with one. */
export const debugPort = 5678;

/** A person thinks at a breakpoint: the server must neither end the worker nor the request meanwhile. */
export const debugPatience = { WORKER_COUNT: "1", WORKER_TIMEOUT: "0", SCORING_TIMEOUT_MS: String(24 * 3_600_000) } as const;

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

/**
 * The inference server under the editor's debugger, for an editor that has opened the dev container. Among the container's settings, since the folder
 * that is open there is the code's own.
 */
const serveUnderDebugger = (scoringScript: string) => ({
  version: "0.2.0",
  configurations: [
    {
      name: `Serve ${scoringScript}`,
      type: "debugpy",
      request: "launch",
      module: "azureml_inference_server_http",
      args: ["--entry_script", scoringScript],
      cwd: "${workspaceFolder}",
      env: debugPatience,
      // Its workers are processes of their own, and run() runs in one.
      subProcess: true,
      justMyCode: true,
    },
  ],
});

/** What an editor needs to attach to the running container, and to open the same image as a dev container. */
export function editorFiles({ endpoint, deployment, spec, model, code, image, debugHost }: EditorSubject): Readonly<Record<string, unknown>> {
  const place = code?.place ?? ".";
  const remote = code === null ? appRoot : `${appRoot}/${code.rootName}`;
  const script = spec.codeConfiguration?.scoringScript;
  const settings = script === undefined ? {} : { settings: { launch: serveUnderDebugger(script) } };
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
      customizations: { vscode: { extensions: ["ms-python.python", "ms-python.debugpy"], ...settings } },
    },
  };
}
