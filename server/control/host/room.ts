import { waitsForRoom, type Reserved } from "#server/domain/host/placement";
import { isLive } from "#server/domain/instance/state";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import type { InstanceRow } from "#server/store/instances";
import type { StoreSession } from "#server/store/store";
import { readContainer } from "../doctor/container-column";
import { readRunSpec } from "../instance/run-spec-column";

const sumOf = (runs: readonly Reserved[]): Reserved =>
  runs.reduce<Reserved>((sum, run) => ({ cpuCores: sum.cpuCores + run.cpuCores, memoryMib: sum.memoryMib + run.memoryMib }), { cpuCores: 0, memoryMib: 0 });

/** What instances hold of the host, those included that are about to end. */
export const reservedByInstances = (rows: readonly InstanceRow[]): Reserved =>
  sumOf(rows.filter((row) => isLive(row) || row.state === "Draining" || row.desiredState === "Stopped").map((row) => readRunSpec(row).run));

/** What containers on trial hold: from the moment they are written until the run gave everything back. */
export const reservedByTrials = (rows: readonly DoctorRunRow[]): Reserved => sumOf(rows.flatMap((row) => readContainer(row)?.run ?? []));

/** All that is promised of the host. To be read in the session that locked its row: who takes room takes turns. */
export async function reservedOnHost(session: Pick<StoreSession, "instances" | "doctorRuns">): Promise<Reserved> {
  return sumOf([reservedByInstances(await session.instances.listLive()), reservedByTrials(await session.doctorRuns.listLive())]);
}

/** Room was given back: it may be what other deployments wait for. */
export async function tellWaiting(session: Pick<StoreSession, "deployments" | "changes">, exceptId: string): Promise<void> {
  for (const other of await session.deployments.listLive())
    if (other.id !== exceptId && waitsForRoom(other.conditions)) await session.changes.append("deployment", other.id);
}
