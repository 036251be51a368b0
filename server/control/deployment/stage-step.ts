import { initializerLine } from "#server/domain/deployment/initializer-line";
import type { StepFact } from "#server/domain/deployment/status";
import type { DeploymentRow } from "#server/store/deployments";
import type { StageSpec } from "#server/drivers/compute-driver";
import { write, type ControlContext } from "../context";
import { attempt } from "../driver-errors";
import type { PassContext } from "../runtime/outcome";
import { volumeHash, type DeploymentInputs } from "./inputs";

export interface Mount {
  readonly volume: string;
  readonly target: string;
}

export interface StageStep {
  readonly fact: StepFact;
  /** Set when every file is verified and in place. */
  readonly mounts: readonly Mount[] | null;
}

/** Exit codes of the storage initializer that have a cause of their own. */
const initializerFailures: Readonly<Record<number, { readonly reason: string; readonly hint: string }>> = {
  2: { reason: "ChecksumMismatch", hint: "A file changed after it was registered. Register the model or code again." },
  3: { reason: "ArtifactMissing", hint: "A file is missing from the artifact store. Register the model or code again." },
};

/** Lines of the storage initializer that an event keeps: it says little, and what failed last. */
const keptLines = 40;

const nothingToStage: StepFact = { state: "done", reason: "NothingToStage", message: "The deployment has neither model nor code of its own." };
const staged: StepFact = { state: "done", reason: "Staged", message: "Model and code are verified and in place." };

type VolumeOutcome = { readonly ok: true; readonly volume: string } | { readonly ok: false; readonly fact: StepFact };

async function stageOne(context: ControlContext, pass: PassContext, spec: StageSpec): Promise<VolumeOutcome> {
  const log = await context.logs.storageInitializer(spec.deploymentId, spec.contentHash);
  const lines: string[] = [];
  const tell = (said: string): void => {
    const line = initializerLine(said);
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    log.write(line);
  };
  try {
    const outcome = await attempt(() => context.driver.stageVolume(spec, context.openArtifact, tell, pass.signal));
    if (!outcome.ok) return { ok: false, fact: { state: "failed", ...outcome.failure, lines } };
    if (outcome.value.ok) return { ok: true, volume: outcome.value.volume };
    const { exitCode, message } = outcome.value;
    const known = initializerFailures[exitCode] ?? { reason: "StagingFailed", hint: "The storage initializer's log says more." };
    return { ok: false, fact: { state: "failed", ...known, message, lines, exitCode } };
  } finally {
    await log.flush();
  }
}

/** True when nothing has to be done, so that no status has to announce it. */
export const isStaged = (deployment: DeploymentRow, inputs: DeploymentInputs): boolean =>
  inputs.volumes.length === 0 || deployment.stagedHash === inputs.stageHash;

/** Fills and verifies volumes that belong to `ownerId`; a no-op of the driver when they are there already. */
export async function stageVolumes(
  context: ControlContext,
  pass: PassContext,
  ownerId: string,
  inputs: Pick<DeploymentInputs, "volumes" | "stageHash">,
): Promise<StageStep> {
  const mounts: Mount[] = [];
  for (const [index, volume] of inputs.volumes.entries()) {
    const spec = {
      deploymentId: ownerId,
      contentHash: volumeHash(inputs.stageHash, index),
      initializerImage: context.settings.images.initializer,
      items: volume.items,
    };
    const outcome = await stageOne(context, pass, spec);
    if (!outcome.ok) return { mounts: null, fact: outcome.fact };
    mounts.push({ volume: outcome.volume, target: volume.mountPath });
  }
  return { mounts, fact: mounts.length === 0 ? nothingToStage : staged };
}

/** Stages the deployment's volumes, and keeps that they are. */
export async function stageStep(context: ControlContext, pass: PassContext, deployment: DeploymentRow, inputs: DeploymentInputs): Promise<StageStep> {
  const step = await stageVolumes(context, pass, deployment.id, inputs);
  if (step.mounts !== null && step.mounts.length > 0 && deployment.stagedHash !== inputs.stageHash)
    await write(context, (session) => session.deployments.updateProgress(deployment.id, { stagedHash: inputs.stageHash }));
  return step;
}
