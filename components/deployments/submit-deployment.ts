"use client";
import { createDeploymentAction, updateDeploymentAction } from "#server/actions/deployments";
import { createEnvironmentVersionAction } from "#server/actions/environments";
import { createCodeAction } from "#server/actions/codes";
import { createModelVersionAction } from "#server/actions/models";
import type { ActionResult } from "#server/contract/common";
import type { DeploymentDto } from "#server/contract/deployment";
import { toBody, type DeploymentDraft } from "./draft";

interface Versioned {
  readonly name: string;
  readonly version: number;
}

const refOf = (asset: Versioned): string => `${asset.name}:${asset.version}`;

/**
 * Registers what was uploaded, then asks for the deployment. Every registration is written into the draft at once, so that
 * a second try after a refusal does not register it again.
 */
export async function submitDeployment(
  start: DeploymentDraft,
  endpoint: string,
  existing: DeploymentDto | null,
  keep: (changes: Partial<DeploymentDraft>) => void,
): Promise<ActionResult<DeploymentDto>> {
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
  if (draft.code.source === "upload" && draft.code.uploaded !== null) {
    const made = await createCodeAction({ name: draft.code.name, content: draft.code.uploaded.content });
    if (!made.ok) return made;
    note({ code: { ...draft.code, source: "registered", ref: refOf(made.data) } });
  }
  if (draft.environment.source !== "registered") {
    const text = draft.environment.text;
    const made = await createEnvironmentVersionAction({
      name: draft.environment.name,
      ...(draft.environment.source === "conda" ? { condaFile: text } : { requirements: text }),
    });
    if (!made.ok) return made;
    note({ environment: { ...draft.environment, source: "registered", ref: refOf(made.data) } });
  }
  const body = toBody(draft, endpoint, existing);
  if (existing === null) return createDeploymentAction(body);
  const { name, ...spec } = body;
  return updateDeploymentAction({ ...spec, deployment: name, generation: existing.generation });
}
