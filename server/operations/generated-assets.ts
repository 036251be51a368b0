import { contentDigest } from "#server/artifacts/digest";
import { noMetadata } from "#server/domain/asset/metadata";
import { invalidInput } from "#server/domain/errors";
import { generatedSpec } from "#server/domain/scaffold/generated-spec";
import type { Framework, GeneratedCode, GeneratedEnvironment, GeneratedFile, Scaffold } from "#server/domain/scaffold/types";
import type { AssetFile } from "#server/domain/model/types";
import type { CodeRow } from "#server/store/codes";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { ModelVersionRow } from "#server/store/models";
import { registerCode } from "./codes";
import type { OperationContext } from "./context";
import { registerEnvironment } from "./environments";
import { scaffoldOf } from "./scaffold";

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

async function storeFiles(context: OperationContext, files: readonly GeneratedFile[]): Promise<readonly AssetFile[]> {
  const stored: AssetFile[] = [];
  for (const file of files) stored.push({ path: file.path, ...(await context.artifacts.put(oneChunk(file.content))) });
  return stored.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function registerFiles(context: OperationContext, name: string, rootName: string, generated: readonly GeneratedFile[]): Promise<CodeRow> {
  const files = await storeFiles(context, generated);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return registerCode(context, { ...noMetadata, name, anonymous: true, rootName, files, digest: contentDigest(rootName, false, files), sizeBytes });
}

/** Names of what nobody named: they say what it is, and a part of the model's name whose it was first. */
const nameFor = (model: ModelVersionRow, framework: Framework, what: string): string => `${model.name.slice(0, 200)}-${framework}-${what}`;

/** Registers the generated script's folder; equal content is registered once. */
export const registerGeneratedCode = (context: OperationContext, model: ModelVersionRow, framework: Framework, code: GeneratedCode): Promise<CodeRow> =>
  registerFiles(context, nameFor(model, framework, "scoring"), code.rootName, code.files);

/** Registers the generated environment, with the files that its Dockerfile copies; equal content is registered once. */
export async function registerGeneratedEnvironment(
  context: OperationContext,
  model: ModelVersionRow,
  framework: Framework,
  environment: GeneratedEnvironment,
): Promise<EnvironmentVersionRow> {
  const files = environment.kind === "dockerfile" ? await registerFiles(context, nameFor(model, framework, "context"), "context", environment.files) : null;
  return registerEnvironment(context, {
    name: nameFor(model, framework, "environment"),
    anonymous: true,
    ...noMetadata,
    spec: generatedSpec(environment, files?.id ?? null),
    contextDigest: files?.digest ?? null,
    build: false,
  });
}

/** The scaffold that a deployment without code or environment needs; refuses naming what cannot be told or served. `path` is the field left out. */
export async function requireScaffold(
  context: OperationContext,
  model: ModelVersionRow,
  framework: Framework | null,
  path: "code" | "environment",
): Promise<Scaffold> {
  const outcome = await scaffoldOf(context, model, framework);
  if (!outcome.ok)
    throw invalidInput("deployment.model_not_recognized", outcome.problem.message, [
      { path, message: "is missing, and cannot be made from this model", remedy: outcome.problem.remedy },
    ]);
  const { problems } = outcome.scaffold;
  const [first] = problems;
  if (first === undefined) return outcome.scaffold;
  throw invalidInput(
    "deployment.model_cannot_be_served",
    first.message,
    problems.map(({ message, remedy }) => ({ path: "model", message, remedy })),
  );
}
