import type { ImageBuildRow } from "#server/store/builds";
import { loops, type ControlContext } from "../context";
import { done, type Reconciler } from "../runtime/outcome";
import { finishBuild } from "./write-build";

/** Builds of this process that run now, with what ends each. Empty after a crash: then the pass itself sees the wish. */
export type RunningBuilds = Map<string, AbortController>;

/** The reason of a signal that somebody's cancelling aborted. */
export class BuildCancelled extends Error {
  constructor() {
    super("the build was cancelled");
    this.name = "BuildCancelled";
  }
}

/** Whether somebody wants the newest attempt ended that has no outcome yet. */
export const isCancelWanted = (row: ImageBuildRow): boolean => row.cancelledAttempt >= row.attempt && row.observedAttempt < row.attempt;

/** Ends builds that somebody cancelled. A loop of its own, because a build that waits has no pass and one that runs holds its own. */
export function buildCancelReconciler(context: ControlContext, running: RunningBuilds): Reconciler {
  return {
    name: loops.buildCancel,
    concurrency: 2,
    deadlineMs: 30_000,
    async reconcile(key) {
      const row = await context.store.builds.findById(key);
      if (row === null || !isCancelWanted(row)) return done;
      const active = running.get(key);
      if (active === undefined) await finishBuild(context, row, { state: "Canceled" }, { steps: row.steps, tail: [] });
      else active.abort(new BuildCancelled());
      return done;
    },
  };
}
