import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import type { ComputeDriver, InstanceEvent } from "#server/drivers/compute-driver";

export interface EventFollowerOptions {
  readonly driver: ComputeDriver;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something happened to an instance. */
  readonly onEvent: (event: InstanceEvent) => void;
  /** The stream began (again): whatever happened before it is unknown, since engines forget. */
  readonly onConnected: () => void;
}

const reconnectMs = 1000;

/** Follows the engine's events until the signal aborts; asks for a full look after every (re)connect. */
export async function followEvents(options: EventFollowerOptions, signal: AbortSignal): Promise<void> {
  const follow = async (): Promise<void> => {
    const events = options.driver.events(signal);
    options.onConnected();
    for await (const event of events) options.onEvent(event);
  };
  const complain = (error: unknown): void => {
    if (!signal.aborted) options.log.warn({ err: error }, "the engine's events broke off");
  };
  while (!signal.aborted) {
    await follow().catch(complain);
    await options.clock.sleep(reconnectMs, signal).catch(() => undefined);
  }
}
