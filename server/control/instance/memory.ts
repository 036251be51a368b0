import { outOfMemory } from "#server/domain/instance/exit";
import { loops, writeRoutine, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { done, type Reconciler } from "../runtime/outcome";
import { lastLines } from "./fail";
import { readRunSpec } from "./run-spec-column";

/** One is told in this time; the engine says it for every process that the kernel ends. */
const quietMs = 60_000;

/**
 * Tells of an instance that goes on although one of its processes ran out of memory: a server's worker is replaced without the container's
 * ending, so nothing else would say why a request failed. Starts with the engine's word; a container that ended is its own loop's to tell.
 */
export function memoryReconciler(context: ControlContext, toldAt: Map<string, number>): Reconciler {
  return {
    name: loops.memory,
    concurrency: 4,
    deadlineMs: 30_000,
    async reconcile(key) {
      const row = await context.store.instances.findById(key);
      const now = context.clock.now();
      if (row === null || row.state !== "Running" || row.readyAt === null || now - (toldAt.get(key) ?? -quietMs) < quietMs) return done;
      const observation = await context.driver.inspectInstance(key);
      if (observation?.phase !== "running") return done;
      const { lines, ...cause } = outOfMemory(readRunSpec(row).run.memoryMib, (await lastLines(context, key)).slice(-20));
      const { workspaceId, endpointId, deploymentId, slot } = row;
      const event = { workspaceId, endpointId, deploymentId, instanceId: key, severity: "error" as const, ...cause, data: { slot, exitCode: null, lines } };
      await writeRoutine(context, (session) => recordEvent(session, event, now));
      toldAt.set(key, now);
      return done;
    },
  };
}
