import { failuresOf, type PlanInstance } from "#server/domain/deployment/plan";
import type { Cause, DeploymentFacts } from "#server/domain/deployment/status";
import { hasFailed, isLive, isTerminal } from "#server/domain/instance/state";
import type { InstanceRow } from "#server/store/instances";
import type { Store } from "#server/store/store";

/** History that is read beside what exists: enough for the last instance of every slot. */
const historyLimit = 200;

/** Instances that still have a container or an address, and the newest of the removed ones. */
export async function readInstances(store: Store, deploymentId: string): Promise<readonly InstanceRow[]> {
  const [present, history] = [await store.instances.listByDeployment(deploymentId), await store.instances.listHistory(deploymentId, historyLimit)];
  const known = new Set(present.map((row) => row.id));
  return [...present, ...history.filter((row) => !known.has(row.id))];
}

export const toPlanInstance = (row: InstanceRow): PlanInstance => ({
  id: row.id,
  slot: row.slot,
  specHash: row.specHash,
  desiredState: row.desiredState,
  state: row.state,
  ready: row.ready,
  removed: row.removedAt !== null,
  priorFailures: row.priorFailures,
  createdAt: row.createdAt,
  readyAt: row.readyAt,
  endedAt: row.stoppedAt,
});

/** The newest trouble on the wished spec: an instance that failed and has no ready successor, or one that runs without getting ready. */
function failureOf(rows: readonly InstanceRow[], wishHash: string): Cause | null {
  const current = rows.filter((row) => row.specHash === wishHash).sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  const healthySlots = new Set(current.filter((row) => isLive(row) && row.ready).map((row) => row.slot));
  const running = current.find((row) => isLive(row) && !row.ready && row.reason !== null);
  const failed = current.find((row) => hasFailed(row.state) && row.desiredState !== "Stopped" && !healthySlots.has(row.slot));
  const trouble = running ?? failed;
  if (trouble?.reason == null) return null;
  const failures = failuresOf(toPlanInstance(trouble), wishHash);
  const again = failures > 1 ? ` It failed ${String(failures)} times in a row.` : "";
  return { reason: trouble.reason, message: `${trouble.message ?? "An instance ended."}${again}`, hint: trouble.hint ?? "" };
}

/** Counts for the status, from rows alone. */
export function instanceFacts(rows: readonly InstanceRow[], wishHash: string, wanted: number, blocked: Cause | null): DeploymentFacts["instances"] {
  const live = rows.filter((row) => row.removedAt === null && isLive(row));
  const ready = live.filter((row) => row.ready);
  const slots = (list: readonly InstanceRow[]) => new Set(list.map((row) => row.slot)).size;
  const outdated = rows.filter((row) => row.removedAt === null && !isTerminal(row.state) && row.specHash !== wishHash).length;
  return {
    wanted,
    ready: ready.length,
    current: slots(ready.filter((row) => row.specHash === wishHash)),
    outdated,
    failure: failureOf(rows, wishHash),
    blocked,
  };
}
