import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { ScaffoldDto, scaffoldQuerySchema } from "#server/contract/scaffold";
import { judgeEnvironment } from "#server/domain/environment/validate";
import { notFound } from "#server/domain/errors";
import { generatedSpec } from "#server/domain/scaffold/generated-spec";
import { readsFor } from "#server/domain/scaffold/reads";
import { scaffold } from "#server/domain/scaffold/scaffold";
import type { FilePart, Framework, GeneratedEnvironment, ScaffoldOutcome, ScaffoldProblem } from "#server/domain/scaffold/types";
import type { ModelVersionRow } from "#server/store/models";
import type { OperationContext } from "./context";
import { capabilitiesOf } from "./environment-checks";
import { readPart } from "./read-text";

/** What would keep the generated environment from being built, such as a system package in a model's conda file. */
function environmentProblems(context: OperationContext, environment: GeneratedEnvironment): readonly ScaffoldProblem[] {
  const refusal = judgeEnvironment(generatedSpec(environment, null), capabilitiesOf(context.settings));
  return (refusal?.fields ?? []).map(({ path, message, remedy }) => {
    const line = /\.(\d+)$/.exec(path)?.[1];
    return { message: `${line === undefined ? "" : `Line ${line} of the environment: `}${message}`, remedy: remedy ?? "" };
  });
}

/** Looks into a model version's files as far as that needs, and makes what serves it. */
export async function scaffoldOf(context: OperationContext, row: ModelVersionRow, framework: Framework | null): Promise<ScaffoldOutcome> {
  const model = { name: row.name, type: row.type, rootName: row.rootName, isFile: row.isFile, files: row.files };
  const contents = new Map<string, FilePart>();
  for (const read of readsFor(model, framework)) {
    const file = row.files.find((candidate) => candidate.path === read.path);
    if (file !== undefined) contents.set(read.path, await readPart(context, file, read));
  }
  const { triton: tritonImage, torchIndexUrl } = context.settings.images;
  const outcome = scaffold({ model, contents, framework, templates: context.scaffoldTemplates, tritonImage, torchIndexUrl });
  if (!outcome.ok) return outcome;
  const problems = [...outcome.scaffold.problems, ...environmentProblems(context, outcome.scaffold.environment)];
  return { ok: true, scaffold: { ...outcome.scaffold, problems } };
}

function toDto(outcome: ScaffoldOutcome): ScaffoldDto {
  if (!outcome.ok) {
    const nothing = { framework: null, modelFile: null, code: null, environment: null, signature: null, sampleRequest: null };
    return { ...nothing, title: "Not recognised", notes: [], problems: [outcome.problem] };
  }
  const { environment, code, ...rest } = outcome.scaffold;
  const isOwnServer = environment.kind === "dockerfile";
  return {
    ...rest,
    code: code === null ? null : { ...code, files: [...code.files] },
    environment: {
      kind: environment.kind,
      text: environment.text,
      files: isOwnServer ? environment.files : [],
      inferenceConfig: isOwnServer ? environment.inferenceConfig : null,
    },
  };
}

/** What a model version is, and the code and environment that would be made for it. Nothing is created. */
export async function scaffoldModel(context: OperationContext, input: z.output<typeof scaffoldQuerySchema>): Promise<ScaffoldDto> {
  requireVerb(context.actor, "asset.read");
  const row = await context.store.models.findByNameVersion(context.actor.workspaceId, input.name, input.version);
  if (row === null) throw notFound("model.not_found", `There is no model ${input.name}:${input.version}.`);
  return toDto(await scaffoldOf(context, row, input.framework ?? null));
}
