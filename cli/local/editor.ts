import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { appRoot } from "#server/domain/deployment/run-spec";
import { CommandFailure } from "../project/failure";
import type { LocalProject } from "../project/load";
import { debugPort } from "./debugger";
import type { LocalState } from "./state";

interface EditorFiles {
  readonly [relativePath: string]: unknown;
}

/** What an editor needs to attach to the running container, and to open the same image as a dev container. */
function editorFiles(project: LocalProject, state: LocalState): EditorFiles {
  const folder = path.dirname(project.file);
  const code = project.code === null ? "." : path.relative(folder, project.code.folder) || ".";
  const remote = `${appRoot}/${project.code?.rootName ?? ""}`;
  return {
    ".vscode/launch.json": {
      version: "0.2.0",
      configurations: [
        {
          name: `Attach to ${project.endpoint}/${project.deployment}`,
          type: "debugpy",
          request: "attach",
          connect: { host: new URL(state.baseUrl).hostname, port: debugPort },
          pathMappings: [{ localRoot: `\${workspaceFolder}/${code}`, remoteRoot: remote }],
          justMyCode: true,
        },
      ],
    },
    ".devcontainer/devcontainer.json": {
      name: `${project.endpoint}/${project.deployment}`,
      image: state.image,
      remoteUser: "root",
      overrideCommand: true,
      workspaceMount: `source=\${localWorkspaceFolder}/${code},target=${remote},type=bind`,
      workspaceFolder: remote,
      containerEnv: { AML_APP_ROOT: remote, AZUREML_ENTRY_SCRIPT: project.spec.codeConfiguration?.scoringScript ?? "", ...project.spec.environmentVariables },
      customizations: { vscode: { extensions: ["ms-python.python", "ms-python.debugpy"] } },
    },
  };
}

/** Writes the editor's files beside the YAML. A file that somebody changed is left alone unless `force` says otherwise. */
export async function writeEditorFiles(project: LocalProject, state: LocalState, force: boolean): Promise<readonly string[]> {
  const folder = path.dirname(project.file);
  const written: string[] = [];
  for (const [name, value] of Object.entries(editorFiles(project, state))) {
    const file = path.join(folder, name);
    const text = `${JSON.stringify(value, null, 2)}\n`;
    const present = await readFile(file, "utf8").catch(() => null);
    if (present === text) continue;
    if (present !== null && !force)
      throw new CommandFailure(`${file} exists and is different.`, "Keep a copy, then say --force to write it anew.", text.split("\n"));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    written.push(file);
  }
  return written;
}
