import { findCondition } from "#server/domain/condition";
import type { DeploymentStatus, Evidence } from "#server/domain/deployment/status";
import { isSettled } from "#server/domain/provisioning";
import type { DeploymentRow } from "#server/store/deployments";
import type { StoreSession } from "#server/store/store";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";

/** Share of the way that each finished step stands for, for progress bars. */
const percents = [
  ["SpecValid", 10],
  ["ImageReady", 40],
  ["ModelStaged", 60],
  ["InstancesAvailable", 90],
  ["Ready", 100],
] as const;

const percentOf = (status: DeploymentStatus): number =>
  percents.reduce((reached, [type, percent]) => (findCondition(status.conditions, type)?.status === "True" ? percent : reached), 5);

async function tellChange(session: StoreSession, deployment: DeploymentRow, status: DeploymentStatus, evidence: Evidence, nowMs: number): Promise<void> {
  const before = findCondition(deployment.conditions, "Ready");
  const now = findCondition(status.conditions, "Ready");
  if (now === undefined) return;
  const base = { workspaceId: deployment.workspaceId, endpointId: deployment.endpointId, deploymentId: deployment.id };
  if (now.status === "True" && before?.status !== "True")
    await recordEvent(session, { ...base, severity: "info", reason: "DeploymentReady", message: `${deployment.name} is ready.` }, nowMs);
  const isNew = before?.reason !== now.reason || deployment.generation !== deployment.observedGeneration;
  if (now.status === "False" && status.lastError !== null && isNew)
    await recordEvent(
      session,
      { ...base, severity: "error", reason: now.reason, message: status.lastError, hint: now.hint ?? null, data: { ...evidence } },
      nowMs,
    );
}

async function finishOperations(session: StoreSession, deployment: DeploymentRow, status: DeploymentStatus, nowMs: number): Promise<void> {
  if (!isSettled(status.provisioningState)) {
    await session.operations.updatePercent(deployment.id, percentOf(status));
    return;
  }
  const ready = findCondition(status.conditions, "Ready");
  const failed = status.provisioningState === "Failed";
  const error = failed ? { code: ready?.reason ?? "Failed", message: status.lastError ?? "", hint: ready?.hint ?? "" } : null;
  await session.operations.finish(deployment.id, status.observedGeneration, failed ? "Failed" : "Succeeded", error, nowMs);
}

/** Writes status, its events (with the evidence of a failed step) and what became of operations in one transaction; nothing is written when nothing changed. */
export async function writeStatus(context: ControlContext, deployment: DeploymentRow, status: DeploymentStatus, evidence: Evidence): Promise<void> {
  const now = context.clock.now();
  const same =
    deployment.observedGeneration === status.observedGeneration &&
    deployment.provisioningState === status.provisioningState &&
    deployment.lastError === status.lastError &&
    JSON.stringify(deployment.conditions) === JSON.stringify(status.conditions);
  if (same) return;
  await write(context, async (session) => {
    if (!(await session.deployments.updateStatus(deployment.id, status))) return;
    await tellChange(session, deployment, status, evidence, now);
    await finishOperations(session, deployment, status, now);
    await session.changes.append("endpoint", deployment.endpointId);
  });
}
