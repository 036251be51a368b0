import { mkdir, open, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { detectModelType } from "#server/domain/model/detect";
import { generatedSpec } from "#server/domain/scaffold/generated-spec";
import { readsFor } from "#server/domain/scaffold/reads";
import { scaffold } from "#server/domain/scaffold/scaffold";
import type { FilePart, FileRead, Framework, GeneratedFile, ScaffoldTemplates } from "#server/domain/scaffold/types";
import { CommandFailure } from "./failure";
import { readContent, type LocalContent } from "./files";

/** What deployments without code are made with: the product's own texts, and where the made files go, for people to read. */
export interface NoCode {
  readonly texts: ScaffoldTemplates;
  readonly folderOf: (endpoint: string, deployment: string) => string;
}

export interface Generated {
  readonly code: (LocalContent & { readonly folder: string; readonly scoringScript: string }) | null;
  readonly environment: EnvironmentSpec;
  readonly context: LocalContent | null;
  readonly notes: readonly string[];
}

async function readPart(place: string, { headBytes, tailBytes }: FileRead, sizeBytes: number): Promise<FilePart> {
  const handle = await open(place, "r");
  try {
    const read = async (from: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
      return buffer.subarray(0, bytesRead);
    };
    const headEnd = Math.min(headBytes, sizeBytes);
    const tailFrom = Math.max(headEnd, sizeBytes - tailBytes);
    return { head: await read(0, headEnd), tail: await read(tailFrom, sizeBytes - tailFrom) };
  } finally {
    await handle.close();
  }
}

async function written(folder: string, field: string, files: readonly GeneratedFile[]): Promise<LocalContent> {
  for (const { path: name, content } of files) {
    const place = path.join(folder, name);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  return readContent(folder, field);
}

/** Makes what serves the model from its files alone, as a server does for a deployment without code; refuses what cannot be told or served. */
export async function makeFromModel(
  model: LocalContent,
  name: string,
  framework: Framework | null,
  texts: ScaffoldTemplates,
  folder: string,
): Promise<Generated> {
  const subject = { name, type: detectModelType(model.files), rootName: model.rootName, isFile: model.isFile, files: model.files };
  const contents = new Map<string, FilePart>();
  for (const read of readsFor(subject, framework)) {
    const file = model.files.find((one) => one.path === read.path);
    const place = model.places.get(file?.sha256 ?? "");
    if (file !== undefined && place !== undefined) contents.set(read.path, await readPart(place, read, file.sizeBytes));
  }
  const { SLUICE_TRITON_IMAGE: tritonImage = null, SLUICE_TORCH_INDEX_URL: torchIndexUrl = null } = process.env;
  const outcome = scaffold({ model: subject, contents, framework, templates: texts, tritonImage, torchIndexUrl });
  if (!outcome.ok) throw new CommandFailure(`model: ${outcome.problem.message}`, outcome.problem.remedy);
  const { code, environment, problems, title, notes, sampleRequest } = outcome.scaffold;
  const [problem] = problems;
  if (problem !== undefined) throw new CommandFailure(problem.message, problem.remedy);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "sample-request.json"), `${JSON.stringify(sampleRequest, null, 2)}\n`);
  const script = code === null ? null : await written(path.join(folder, code.rootName), "model", code.files);
  const context =
    environment.kind !== "dockerfile" || environment.files.length === 0 ? null : await written(path.join(folder, "context"), "model", environment.files);
  if (environment.kind !== "dockerfile")
    await written(path.join(folder, "environment"), "model", [
      { path: environment.kind === "conda" ? "conda.yaml" : "requirements.txt", content: environment.text },
    ]);
  return {
    code: script === null || code === null ? null : { ...script, folder: path.join(folder, code.rootName), scoringScript: code.scoringScript },
    environment: generatedSpec(environment, context === null ? null : "local"),
    context,
    notes: [`${title}: script and environment are made from the model, in ${folder}`, ...notes],
  };
}
