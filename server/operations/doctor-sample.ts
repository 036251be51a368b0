import { createHash } from "node:crypto";
import { requireVerb } from "#server/auth/policy";
import type { Page } from "#server/contract/common";
import { trialIdentity } from "#server/domain/doctor/identity";
import type { SampleRequest } from "#server/domain/doctor/types";
import type { DeploymentSpec } from "#server/domain/deployment/types";
import type { OperationContext } from "./context";
import { findDeployment, findEndpoint } from "./find";
import { readText } from "./read-text";
import { scaffoldOf } from "./scaffold";
import { wholePage } from "./usage";

/** What a doctor's report is of. */
export const trialDigest = (spec: DeploymentSpec): string => createHash("sha256").update(trialIdentity(spec)).digest("hex");

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

/**
 * Requests that a deployment may take, the likeliest first and each body once: what the doctor was given for exactly its spec, the file beside its
 * script, and what its model takes as it is, which a script that somebody wrote need not.
 */
export async function listSamples(context: OperationContext, input: { readonly endpoint: string; readonly deployment: string }): Promise<Page<SampleRequest>> {
  requireVerb(context.actor, "deployment.read");
  const { spec } = await findDeployment(context.store, await findEndpoint(context, input.endpoint), input.deployment);
  const codeId = spec.codeConfiguration?.codeId ?? null;
  const [report, own, model] = await Promise.all([
    context.store.doctorRuns.findReport(context.actor.workspaceId, trialDigest(spec)),
    codeId === null ? null : inCode(context, codeId),
    fromModel(context, spec),
  ]);
  const found = [report?.sample ?? null, own, model].filter((sample) => sample !== null);
  return wholePage(found.filter((sample, index) => found.findIndex(({ body }) => body === sample.body) === index));
}
