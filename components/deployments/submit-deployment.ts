"use client";
import { createDeploymentAction, updateDeploymentAction } from "#server/actions/deployments";
import { startDoctorRunAction } from "#server/actions/doctor";
import { createEnvironmentVersionAction } from "#server/actions/environments";
import { createCodeAction } from "#server/actions/codes";
import { createModelVersionAction } from "#server/actions/models";
import type { ActionResult } from "#server/contract/common";
import type { CreateDeploymentInput, DeploymentDto } from "#server/contract/deployment";
import type { DoctorRunDto } from "#server/contract/doctor";
import type { GeneratedFile } from "#server/domain/scaffold/types";
import { containerWish } from "../environments/container-draft";
import { sendFile } from "../upload/send-file";
import { editedCodeName, editedEnvironmentName, isGenerated, toBody, type DeploymentDraft } from "./draft";

interface Versioned {
  readonly name: string;
  readonly version: number;
}

const refOf = (asset: Versioned): string => `${asset.name}:${asset.version}`;

/** What is done with the wish once all that it names is registered. */
type Ask<T> = (body: CreateDeploymentInput) => Promise<ActionResult<T>>;

function ask(body: CreateDeploymentInput, existing: DeploymentDto | null): Promise<ActionResult<DeploymentDto>> {
  if (existing === null) return createDeploymentAction(body);
  const { name, ...spec } = body;
  return updateDeploymentAction({ ...spec, deployment: name, generation: existing.generation });
}

/** Registers what was edited of the generated parts; equal text is found again, so a second try registers nothing twice. */
async function submitGenerated<T>(draft: DeploymentDraft, endpoint: string, then: Ask<T>): Promise<ActionResult<T>> {
  const { files, environment } = draft.generated;
  let body = toBody(draft, endpoint);
  if (files !== null) {
    const uploads = await sendTexts(files);
    const content = { rootName: "onlinescoring", isFile: false, uploads };
    const made = await createCodeAction({ name: editedCodeName(draft), anonymous: true, content });
    if (!made.ok) return made;
    body = { ...body, code: made.data.id };
  }
  if (environment !== null) {
    const text = environment.kind === "conda" ? { condaFile: environment.text } : { requirements: environment.text };
    const made = await createEnvironmentVersionAction({ name: editedEnvironmentName(draft), anonymous: true, ...text });
    if (!made.ok) return made;
    body = { ...body, environment: made.data.id };
  }
  return then(body);
}

async function sendTexts(files: readonly GeneratedFile[]): Promise<{ readonly uploadId: string; readonly path: string }[]> {
  const uploads = [];
  for (const { path, content } of files) {
    const file = new File([content], path.split("/").at(-1) ?? path);
    uploads.push({ uploadId: await sendFile(file, path, () => undefined, AbortSignal.timeout(60_000)), path });
  }
  return uploads;
}

export const submitDeployment = (
  start: DeploymentDraft,
  endpoint: string,
  existing: DeploymentDto | null,
  keep: (changes: Partial<DeploymentDraft>) => void,
): Promise<ActionResult<DeploymentDto>> => registerAnd((body) => ask(body, existing), start, endpoint, keep);

/** As creating, but tries the wish in a container of its own. */
export const examineDraft = (
  start: DeploymentDraft,
  endpoint: string,
  keep: (changes: Partial<DeploymentDraft>) => void,
): Promise<ActionResult<DoctorRunDto>> => registerAnd(startDoctorRunAction, start, endpoint, keep);

/**
 * Registers what was uploaded, then asks for the deployment. Every registration is written into the draft at once, so that
 * a second try after a refusal does not register it again.
 */
async function registerAnd<T>(
  then: Ask<T>,
  start: DeploymentDraft,
  endpoint: string,
  keep: (changes: Partial<DeploymentDraft>) => void,
): Promise<ActionResult<T>> {
  let draft = start;
  const note = (changes: Partial<DeploymentDraft>) => {
    draft = { ...draft, ...changes };
    keep(changes);
  };
  if (draft.model.source === "upload" && draft.model.uploaded !== null) {
    const made = await createModelVersionAction({ name: draft.model.name, content: draft.model.uploaded.content });
    if (!made.ok) return made;
    note({ model: { ...draft.model, source: "registered", ref: refOf(made.data) } });
  }
  if (isGenerated(draft)) return submitGenerated(draft, endpoint, then);
  if (draft.code.source === "upload" && draft.code.uploaded !== null) {
    const made = await createCodeAction({ name: draft.code.name, content: draft.code.uploaded.content });
    if (!made.ok) return made;
    note({ code: { ...draft.code, source: "registered", ref: refOf(made.data) } });
  }
  if (draft.environment.source !== "registered") {
    const { source, name, text } = draft.environment;
    const made = await createEnvironmentVersionAction({
      name,
      ...(source === "container" ? containerWish(draft.container) : source === "conda" ? { condaFile: text } : { requirements: text }),
    });
    if (!made.ok) return made;
    note({ environment: { ...draft.environment, source: "registered", ref: refOf(made.data) } });
  }
  return then(toBody(draft, endpoint));
}
