import { sumReserved, waitsForRoom, type Reserved } from "#server/domain/host/placement";
import { isLive } from "#server/domain/instance/state";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import type { InstanceRow } from "#server/store/instances";
import type { StoreSession } from "#server/store/store";
import { readRunSpec } from "../instance/run-spec-column";

/** What instances hold of the host, those included that are about to end. */
export const reservedByInstances = (rows: readonly InstanceRow[]): Reserved =>
  sumReserved(rows.filter((row) => isLive(row) || row.state === "Draining" || row.desiredState === "Stopped").map((row) => readRunSpec(row).run));

/** What containers on trial hold: from the moment they are written until the run gave everything back. */
export const reservedByTrials = (rows: readonly DoctorRunRow[]): Reserved => sumReserved(rows.flatMap((row) => row.reserved ?? []));

/** All that is promised of the host. To be read in the session that locked its row: who takes room takes turns. */
export async function reservedOnHost(session: Pick<StoreSession, "instances" | "doctorRuns">): Promise<Reserved> {
  return sumReserved([reservedByInstances(await session.instances.listLive()), reservedByTrials(await session.doctorRuns.listLive())]);
}

/** Room was given back: it may be what other deployments wait for. */
export async function tellWaiting(session: Pick<StoreSession, "deployments" | "changes">, exceptId: string): Promise<void> {
  for (const other of await session.deployments.listLive())
    if (other.id !== exceptId && waitsForRoom(other.conditions)) await session.changes.append("deployment", other.id);
}
