import type { ComputeDriver } from "#server/drivers/compute-driver";
import { backoffMs } from "#server/kernel/backoff";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import type { LogWriter } from "../logs/writer";

export interface FollowContext {
  readonly driver: Pick<ComputeDriver, "logs">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts the following; what was read is written. */
  readonly signal: AbortSignal;
  /** False once the container has ended for good, so that an ended stream is the end and not a break. */
  readonly running: () => boolean;
}

const retry = { baseMs: 250, capMs: 10_000 };

async function copyOnce(context: FollowContext, instanceId: string, writer: LogWriter): Promise<void> {
  const from = writer.lastAt;
  // Engines count `since` in whole milliseconds or coarser: ask a little earlier and skip what is there.
  const options = { follow: true, signal: context.signal, ...(from === null ? {} : { sinceMs: Math.floor(from) }) };
  for await (const line of context.driver.logs(instanceId, options)) {
    if (from === null || line.at > from) writer.write(line);
  }
}

/**
 * Copies a container's log into its file until the container ends or the signal aborts; breaks in between are resumed behind the last line.
 * Never rejects.
 */
export async function followLogs(context: FollowContext, instanceId: string, writer: LogWriter): Promise<void> {
  const { clock, log, signal } = context;
  const stopped = (): boolean => signal.aborted;
  let failures = 0;
  while (!stopped()) {
    const wasRunning = context.running();
    try {
      await copyOnce(context, instanceId, writer);
      failures = 0;
      // A stream that was opened after the end has delivered everything.
      if (!wasRunning) break;
    } catch (error) {
      if (stopped()) break;
      failures += 1;
      log.warn({ instance: instanceId, err: error, failures }, "the log of an instance broke off");
      if (!wasRunning) break;
    }
    await clock.sleep(backoffMs(failures + 1, retry, 0.5), signal).catch(() => undefined);
  }
  await writer.flush();
}
