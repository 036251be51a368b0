import type { InstanceState } from "#server/domain/instance/types";
import type { Cause } from "#server/domain/deployment/status";
import type { InstanceRow } from "#server/store/instances";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";

/** Lines of a container's log that are read to find the cause: the server says much while it starts. */
const readLines = 200;
/** Lines that an event keeps: a traceback and what was said before it. */
const keptLines = 40;
const keptCharacters = 2000;

/** The end of the container's log; empty when it cannot be read, since the failure itself matters more. */
export async function lastLines(context: ControlContext, instanceId: string): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const line of context.driver.logs(instanceId, { follow: false, tail: readLines })) lines.push(line.text.slice(0, keptCharacters));
  } catch {
    return lines;
  }
  return lines.slice(-readLines);
}

export interface Ending {
  readonly state: Extract<InstanceState, "Failed" | "Rejected" | "Orphaned">;
  readonly cause: Cause;
  readonly exitCode: number | null;
  /** When its container ended, if that was before now: cost and backoff count from there. */
  readonly endedAt?: number | null;
  readonly lines: readonly string[];
}

/** An end between the start and now, whatever two clocks say. */
export const endOf = (row: Pick<InstanceRow, "startedAt" | "createdAt">, endedAt: number, now: number): number =>
  Math.min(now, Math.max(endedAt, row.startedAt ?? row.createdAt));

/** Ends an instance that nobody asked to end: state, event with the log's end, and news for deployment and traffic, all or nothing. */
export async function failInstance(context: ControlContext, row: InstanceRow, ending: Ending): Promise<void> {
  const now = context.clock.now();
  await write(context, async (session) => {
    const patch = {
      state: ending.state,
      ready: false,
      exitCode: ending.exitCode,
      stoppedAt: endOf(row, ending.endedAt ?? now, now),
      unroutedRevision: null,
      ...ending.cause,
    };
    if ((await session.instances.updateIfState(row.id, row.state, patch)) === null) return;
    await recordEvent(
      session,
      {
        workspaceId: row.workspaceId,
        endpointId: row.endpointId,
        deploymentId: row.deploymentId,
        instanceId: row.id,
        severity: "error",
        ...ending.cause,
        data: { slot: row.slot, exitCode: ending.exitCode, lines: ending.lines.slice(-keptLines) },
      },
      now,
    );
    await session.changes.append("traffic", row.endpointId);
    await session.changes.append("deployment", row.deploymentId);
  });
}
