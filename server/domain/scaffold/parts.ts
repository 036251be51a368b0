import type { FilePart, GeneratedCode, GeneratedFile, ScaffoldModel, ScaffoldTemplates } from "./types";

/** The folder of generated code in the container. */
export const codeRoot = "onlinescoring";
export const scoringScript = "score.py";
const sharedModule = "sluice_scoring.py";

const decoder = new TextDecoder();
export const textOf = (part: FilePart | undefined): string => (part === undefined ? "" : decoder.decode(part.head));

/** Where a file of the model lies below `AZUREML_MODEL_DIR`. */
export const belowModelDir = (model: Pick<ScaffoldModel, "isFile" | "rootName">, path: string): string =>
  model.isFile ? path : path === "" ? model.rootName : `${model.rootName}/${path}`;

/** A template with its constants set: the text of `NAME = "..."` at the start of a line. */
export function filled(templates: ScaffoldTemplates, name: string, constants: Readonly<Record<string, string>>): string {
  let text = templates.get(`scaffold/${name}`) ?? "";
  for (const [constant, value] of Object.entries(constants))
    // JSON's quoted text is Python's too.
    text = text.replace(new RegExp(`^${constant} = ".*"$`, "m"), () => `${constant} = ${JSON.stringify(value)}`);
  return text;
}

/** The generated folder: one script, the module that all scripts share, and what else belongs to it. */
export function generatedCode(
  templates: ScaffoldTemplates,
  template: string,
  constants: Readonly<Record<string, string>>,
  extra: readonly GeneratedFile[] = [],
): GeneratedCode {
  const shared = { path: sharedModule, content: templates.get(`scaffold/${sharedModule}`) ?? "" };
  return { rootName: codeRoot, scoringScript, files: [{ path: scoringScript, content: filled(templates, template, constants) }, shared, ...extra] };
}
