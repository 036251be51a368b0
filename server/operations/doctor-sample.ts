import type { SampleRequest } from "#server/domain/doctor/types";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { OperationContext } from "./context";
import { readText } from "./read-text";
import { scaffoldOf } from "./scaffold";

/** Names under which people keep a request beside their script. */
const sampleFiles = ["sample-request.json", "sample_request.json", "sample-input.json", "sample_input.json", "sample.json"];
const maxSampleBytes = 1_000_000;

const json = (source: SampleRequest["source"], body: string): SampleRequest => ({ source, contentType: "application/json", body });

/** A file of the code that says how requests look. */
async function inCode(context: OperationContext, codeId: string): Promise<SampleRequest | null> {
  const files = (await context.store.codes.findById(codeId))?.files ?? [];
  const nameOf = (path: string): string => path.split("/").at(-1) ?? "";
  const file = sampleFiles.map((name) => files.find((candidate) => nameOf(candidate.path) === name)).find((found) => found !== undefined);
  return file === undefined || file.sizeBytes > maxSampleBytes ? null : json("code", await readText(context, file.sha256));
}

/** What the model's own files say; for scripts that were made from the model, and for servers that take the model as it is. */
async function fromModel(context: OperationContext, spec: DeploymentSpec): Promise<SampleRequest | null> {
  const row = spec.modelVersionId === null ? null : await context.store.models.findVersion(spec.modelVersionId);
  if (row === null) return null;
  const outcome = await scaffoldOf(context, row, null);
  if (!outcome.ok || outcome.scaffold.sampleRequest === null || outcome.scaffold.sampleRequest === undefined) return null;
  return json("generated", JSON.stringify(outcome.scaffold.sampleRequest));
}

/** What to send to a container of this spec; null leaves it to the container's own description. */
export async function findSample(context: OperationContext, spec: DeploymentSpec): Promise<SampleRequest | null> {
  const codeId = spec.codeConfiguration?.codeId ?? null;
  if (codeId === null) return fromModel(context, spec);
  const own = await inCode(context, codeId);
  if (own !== null) return own;
  // A script that somebody wrote takes what its author thought of.
  const isMade = (await context.store.codes.findById(codeId))?.anonymous === true;
  return isMade ? fromModel(context, spec) : null;
}
