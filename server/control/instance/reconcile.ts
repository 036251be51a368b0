import { isTerminal } from "#server/domain/instance/state";
import { loops, type ControlContext } from "../context";
import { done, type Reconciler } from "../runtime/outcome";
import { remove, stop } from "./end";
import { watch, type ProbeMemory } from "./run";
import { assign, createContainer, startContainer } from "./start";

/** Takes one instance one step towards its wish per pass: create, start, probe, drain, stop, remove. */
export function instanceReconciler(context: ControlContext, memory: ProbeMemory): Reconciler {
  return {
    name: loops.instance,
    // Probes wait for answers most of the time, so many can wait together.
    concurrency: 16,
    deadlineMs: 120_000,
    async reconcile(key) {
      const row = await context.store.instances.findById(key);
      if (row === null || row.removedAt !== null) {
        memory.delete(key);
        return done;
      }
      if (isTerminal(row.state)) return row.desiredState === "Removed" ? remove(context, row) : done;
      if (row.desiredState !== "Running") return stop(context, row);
      if (row.state === "Pending") return assign(context, row);
      if (row.state === "Running") return watch(context, row, memory);
      if (row.state === "Starting") return startContainer(context, row);
      return createContainer(context, row);
    },
  };
}
