import type { ComputeDriver, InstanceObservation } from "#server/drivers/compute-driver";
import type { Clock } from "#server/kernel/clock";
import type { Logger } from "#server/kernel/log";
import type { Db } from "../db";
import { openLogWriter } from "../logs/writer";
import { instanceLogPath } from "../paths";
import { currentInFlight } from "../query/in-flight";
import { followLogs } from "./follow-logs";
import { createResourceMinutes, type ResourceMinutes } from "./resource-minutes";

export interface CollectorOptions {
  readonly driver: ComputeDriver;
  readonly db: Db;
  readonly home: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Log files of one instance together. */
  readonly logBytesPerInstance?: number;
  /** Between two statistics of one container. */
  readonly statsIntervalMs?: number;
  /** Between two looks at what runs; events shorten it. */
  readonly discoverIntervalMs?: number;
  readonly flushIntervalMs?: number;
}

export interface Collectors {
  /** Resolves after the signal aborted and everything collected is written. */
  readonly done: Promise<void>;
}

interface Followed {
  observation: InstanceObservation;
  readonly abort: AbortController;
  readonly tasks: Promise<unknown>;
  ended: boolean;
}

interface State {
  readonly followed: Map<string, Followed>;
  readonly minutes: ResourceMinutes;
  readonly cpuLimits: Map<string, number>;
  inFlight: ReadonlyMap<string, number>;
}

const isAlive = (one: InstanceObservation): boolean => one.phase === "running" || one.phase === "paused";

async function sampleStats(options: CollectorOptions, state: State, one: InstanceObservation, signal: AbortSignal): Promise<void> {
  const { driver, clock, log, statsIntervalMs = 5000 } = options;
  const alive = (): boolean => !signal.aborted && isAlive(state.followed.get(one.instanceId)?.observation ?? one);
  while (alive()) {
    try {
      for await (const sample of driver.stats(one.instanceId, statsIntervalMs, signal)) {
        const cpuLimitCores = state.cpuLimits.get(one.instanceId) ?? 0;
        state.minutes.add(sample, {
          instanceId: one.instanceId,
          deploymentId: one.deploymentId,
          cpuLimitCores,
          inFlight: state.inFlight.get(one.instanceId) ?? 0,
        });
      }
    } catch (error) {
      if (alive()) log.warn({ instance: one.instanceId, err: error }, "the statistics of an instance broke off");
    }
    if (alive()) await clock.sleep(statsIntervalMs, signal).catch(() => undefined);
  }
}

async function followInstance(options: CollectorOptions, state: State, one: InstanceObservation, signal: AbortSignal): Promise<void> {
  const { home, clock, log, driver, logBytesPerInstance = 32 * 1024 * 1024 } = options;
  const writer = await openLogWriter({
    file: instanceLogPath(home, one.deploymentId, "inference-server", one.instanceId),
    maxBytes: logBytesPerInstance,
    clock,
  });
  const running = (): boolean => isAlive(state.followed.get(one.instanceId)?.observation ?? one);
  await Promise.all([followLogs({ driver, clock, log, signal, running }, one.instanceId, writer), sampleStats(options, state, one, signal)]);
}

/** Starts to follow what is new, tells tasks of what has ended, and forgets what is gone. */
function reconcile(options: CollectorOptions, state: State, seen: readonly InstanceObservation[]): void {
  const ids = new Set(seen.map((one) => one.instanceId));
  for (const one of seen) {
    const known = state.followed.get(one.instanceId);
    if (known !== undefined) known.observation = one;
    if (known !== undefined || one.phase === "created") continue;
    const abort = new AbortController();
    const entry: Followed = {
      observation: one,
      abort,
      ended: false,
      tasks: followInstance(options, state, one, AbortSignal.any([options.signal, abort.signal]))
        .catch((error: unknown) => {
          options.log.error({ instance: one.instanceId, err: error }, "an instance cannot be followed");
        })
        .finally(() => {
          entry.ended = true;
          // Ended while the container still runs means that it could not be followed: the next look tries again.
          if (isAlive(entry.observation)) state.followed.delete(one.instanceId);
        }),
    };
    state.followed.set(one.instanceId, entry);
  }
  for (const [id, known] of state.followed) {
    if (ids.has(id)) continue;
    known.observation = { ...known.observation, phase: "exited" };
    known.abort.abort();
    state.minutes.forget(id);
    if (known.ended) state.followed.delete(id);
  }
}

/** Repeats `work` until the signal aborts; a failure is logged and only delays the next turn. `wake` cuts the pause short. */
async function every(
  options: CollectorOptions,
  name: string,
  intervalMs: number,
  work: () => Promise<void>,
  pause?: (ms: number) => Promise<void>,
): Promise<void> {
  const { clock, log, signal } = options;
  const wait = pause ?? ((ms: number) => clock.sleep(ms, signal));
  while (!signal.aborted) {
    await work().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, `collector: ${name} failed`);
    });
    await wait(intervalMs).catch(() => undefined);
  }
}

/** Lets engine events end the pause of the discovery early, so that a container that lives for a second leaves its log. */
function eventPause(options: CollectorOptions): { readonly listen: Promise<void>; readonly pause: (ms: number) => Promise<void> } {
  const { driver, clock, signal } = options;
  let wake: () => void = () => undefined;
  const listen = every(options, "listening to events", 1000, async () => {
    for await (const event of driver.events(signal)) if (event.kind !== "paused" && event.kind !== "unpaused") wake();
  });
  return {
    listen,
    pause: async (ms) => {
      const nap = new AbortController();
      wake = () => {
        nap.abort();
      };
      await clock.sleep(ms, AbortSignal.any([signal, nap.signal])).catch(() => undefined);
    },
  };
}

async function refresh(options: CollectorOptions, state: State): Promise<void> {
  const { db, clock } = options;
  state.inFlight = (await currentInFlight(db, clock.now())).instances;
  const limits = await db.query<{ id: string; cores: number | null }>(
    `SELECT id, (run_spec->>'cpuCores')::float8 AS cores FROM instance WHERE removed_at IS NULL`,
  );
  state.cpuLimits.clear();
  for (const row of limits) if (row.cores !== null) state.cpuLimits.set(row.id, row.cores);
}

/**
 * Follows logs and statistics of every container of this installation into log files and `resource_minute`, until the signal aborts. Neither a
 * dead database nor a dead engine ends it; a restart continues every log behind its last line. Returns at once.
 */
export function startCollectors(options: CollectorOptions): Collectors {
  const state: State = { followed: new Map(), minutes: createResourceMinutes(), cpuLimits: new Map(), inFlight: new Map() };
  const { listen, pause } = eventPause(options);
  const discover = every(
    options,
    "looking for instances",
    options.discoverIntervalMs ?? 2000,
    async () => reconcile(options, state, (await options.driver.listOwned()).instances),
    pause,
  );
  const context = every(options, "reading in-flight counts", 2000, () => refresh(options, state));
  const flush = every(options, "writing statistics", options.flushIntervalMs ?? 10_000, () => state.minutes.flush(options.db));
  const finish = async (): Promise<void> => {
    await Promise.all([listen, discover, context, flush]);
    await Promise.all([...state.followed.values()].map((one) => one.tasks));
    await state.minutes.flush(options.db).catch(() => undefined);
  };
  return { done: finish() };
}
