import { findCondition, mergeCondition, type ConditionInput } from "#server/domain/condition";
import { DriverError, type DriverHostView } from "#server/drivers/compute-driver";
import type { HostRow } from "#server/store/compute";
import { loops, writeRoutine, type ControlContext } from "../context";
import { after, type Outcome, type Reconciler } from "../runtime/outcome";

export const localHostKey = "local";
/** Between two looks at the engine; also the age at which the row's last sight is renewed. */
const heartbeatMs = 10_000;
const awayRetryMs = 2000;

const reachable: ConditionInput = { type: "EngineReachable", status: "True", reason: "Reachable", message: "The engine answers.", observedGeneration: 0 };
const away = (message: string): ConditionInput => ({
  type: "EngineReachable",
  status: "False",
  reason: "HostUnreachable",
  message: `The engine does not answer: ${message}`,
  hint: "Check that the engine runs. Running instances keep serving meanwhile.",
  observedGeneration: 0,
});

type Sight = { readonly view: DriverHostView } | { readonly failure: string };

async function look(context: ControlContext): Promise<Sight> {
  try {
    return { view: await context.driver.hostView() };
  } catch (error) {
    if (error instanceof DriverError) return { failure: error.message };
    throw error;
  }
}

async function keep(context: ControlContext, known: HostRow | undefined, sight: Sight): Promise<void> {
  const now = context.clock.now();
  const { placement, hostName } = context.settings;
  const seen = "view" in sight ? sight.view : null;
  const conditions = mergeCondition(known?.conditions ?? [], "view" in sight ? reachable : away(sight.failure), now);
  const flipped = findCondition(known?.conditions ?? [], "EngineReachable")?.status !== findCondition(conditions, "EngineReachable")?.status;
  await writeRoutine(context, async (session) => {
    const row = await session.hosts.upsert({
      id: known?.id ?? context.newId("host"),
      name: hostName,
      driver: context.driver.name,
      cpuCores: seen?.cpuCores ?? known?.cpuCores ?? 0,
      memoryMib: seen?.memoryMib ?? known?.memoryMib ?? 0,
      cpuOvercommit: placement.cpuOvercommit,
      memoryOvercommit: placement.memoryOvercommit,
      gpuRuntime: seen?.gpuRuntime ?? known?.gpuRuntime ?? false,
      engineVersion: seen?.engineVersion ?? known?.engineVersion ?? "",
      state: seen === null ? "Unreachable" : "Ready",
      conditions,
      lastSeenAt: seen === null ? (known?.lastSeenAt ?? now) : now,
    });
    if (!flipped) return;
    await session.changes.append("host", row.id);
    // Whoever waited for the engine looks again at once.
    if (seen !== null) for (const deployment of await session.deployments.listLive()) await session.changes.append("deployment", deployment.id);
  });
}

async function reconcileHost(context: ControlContext): Promise<Outcome> {
  const known = (await context.store.hosts.list()).find((host) => host.name === context.settings.hostName);
  const sight = await look(context);
  await keep(context, known, sight);
  return "view" in sight ? after(heartbeatMs, "heartbeat") : after(awayRetryMs, "the engine is away");
}

/** Keeps the row of the one local host: capacity, version, and whether its engine answers. */
export function hostReconciler(context: ControlContext): Reconciler {
  return { name: loops.host, concurrency: 1, deadlineMs: 20_000, reconcile: () => reconcileHost(context) };
}
