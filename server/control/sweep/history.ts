import type { ControlContext } from "../context";

/** Rows of one table in one sweep: a delete that lasts seconds would hold up whoever writes. */
const batch = 5000;

/** Forgets events, ended operations and audit entries that are older than the settings say. */
export async function sweepHistory({
  store,
  clock,
  settings,
}: ControlContext): Promise<Readonly<Record<"events" | "operations" | "audit" | "doctorRuns", number>>> {
  const now = clock.now();
  const { eventMs, auditMs } = settings.historyRetention;
  return {
    events: await store.events.removeBefore(now - eventMs, batch),
    operations: await store.operations.removeFinishedBefore(now - eventMs, batch),
    doctorRuns: await store.doctorRuns.removeEndedBefore(now - eventMs, batch),
    audit: await store.audit.removeBefore(now - auditMs, batch),
  };
}
