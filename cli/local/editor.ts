import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { editorFiles } from "#server/domain/project/editor-files";
import { CommandFailure } from "../project/failure";
import type { LocalProject } from "../project/load";
import type { LocalState } from "./state";

/** What a start finds out: a file that differs in nothing else was written by one, or came with a downloaded project. */
const foundOut = new Set(["host", "image", "build"]);
const withoutFindings = (text: string): string | null => {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) => (foundOut.has(key) ? undefined : value));
  } catch {
    return null;
  }
};

/** Writes the editor's files beside the YAML. A file that somebody changed is left alone unless `force` says otherwise. */
export async function writeEditorFiles(project: LocalProject, state: LocalState, force: boolean): Promise<readonly string[]> {
  const folder = path.dirname(project.file);
  const placeOf = (place: string): string => path.relative(folder, place) || ".";
  const files = editorFiles({
    endpoint: project.endpoint,
    deployment: project.deployment,
    spec: project.spec,
    model: project.model === null ? null : { ...project.model, place: placeOf(project.model.place) },
    code: project.code === null ? null : { ...project.code, place: placeOf(project.code.folder) },
    image: { image: state.image },
    debugHost: new URL(state.baseUrl).hostname,
  });
  const written: string[] = [];
  for (const [name, value] of Object.entries(files)) {
    const file = path.join(folder, name);
    const text = `${JSON.stringify(value, null, 2)}\n`;
    const present = await readFile(file, "utf8").catch(() => null);
    if (present === text) continue;
    if (present !== null && !force && withoutFindings(present) !== withoutFindings(text))
      throw new CommandFailure(`${file} exists and is different.`, "Keep a copy, then say --force to write it anew.", text.split("\n"));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    written.push(file);
  }
  return written;
}
