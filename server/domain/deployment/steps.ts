import { findCondition, type Condition } from "../condition";
import type { DeploymentConditionType } from "./types";

export type StepName = "spec" | "image" | "model" | "instances" | "ready";
export type StepState = "waiting" | "running" | "done" | "failed";
export type StepLog = "image-build" | "storage-initializer" | "inference-server";

/** One line of the timeline; times in Unix milliseconds. */
export interface DeploymentStep {
  readonly name: StepName;
  readonly state: StepState;
  readonly title: string;
  readonly detail: string;
  readonly hint: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly log: StepLog | null;
}

interface StepKind {
  readonly name: StepName;
  readonly type: DeploymentConditionType;
  readonly title: string;
  readonly log: StepLog | null;
}

const kinds: readonly StepKind[] = [
  { name: "spec", type: "SpecValid", title: "Check the specification", log: null },
  { name: "image", type: "ImageReady", title: "Prepare the environment image", log: "image-build" },
  { name: "model", type: "ModelStaged", title: "Place model and code", log: "storage-initializer" },
  { name: "instances", type: "InstancesAvailable", title: "Start instances", log: "inference-server" },
  { name: "ready", type: "Ready", title: "Ready to serve", log: null },
];

/** Reasons of `Ready` that only say "not yet": the cause is another step's. */
const notYet = new Set(["NotReady", "Deleting"]);

function stateOf(kind: StepKind, condition: Condition | undefined, generation: number): StepState {
  if (condition === undefined || condition.observedGeneration < generation || condition.reason === "Waiting") return "waiting";
  if (condition.status === "True") return "done";
  if (condition.status === "Unknown") return "running";
  return kind.name === "ready" && notYet.has(condition.reason) ? "waiting" : "failed";
}

/** A step begins when the one before it is done, whatever was already seen of it. */
function stateInLine(kind: StepKind, seen: StepState, previousDone: boolean): StepState {
  if (!previousDone) return seen === "running" ? "waiting" : seen;
  return seen === "waiting" && kind.name !== "ready" ? "running" : seen;
}

/** When everything was ready for this wish; what changes later is no part of getting there. */
function completedAt(conditions: readonly Condition[], generation: number): number {
  const progressing = findCondition(conditions, "Progressing");
  return progressing?.reason === "Complete" && progressing.observedGeneration === generation ? progressing.lastTransitionAt : Infinity;
}

function timesOf(state: StepState, from: number, changedAt: number, complete: number): Pick<DeploymentStep, "startedAt" | "finishedAt"> {
  if (state === "waiting") return { startedAt: null, finishedAt: null };
  if (state === "running") return { startedAt: Math.max(from, changedAt), finishedAt: null };
  return { startedAt: from, finishedAt: Math.max(from, Math.min(changedAt, complete)) };
}

/**
 * The timeline of the newest wish, from conditions alone; what was observed for an older wish counts as not yet begun, and what held before the wish
 * was accepted at `wishedAt` took no time.
 */
export function deploymentSteps(conditions: readonly Condition[], generation: number, wishedAt: number): readonly DeploymentStep[] {
  const complete = completedAt(conditions, generation);
  let from = wishedAt;
  let previousDone = true;
  return kinds.map((kind) => {
    const condition = findCondition(conditions, kind.type);
    const seen = stateOf(kind, condition, generation);
    const state = stateInLine(kind, seen, previousDone);
    const current = state === "waiting" || seen === "waiting" ? undefined : condition;
    const times = timesOf(state, from, current?.lastTransitionAt ?? from, complete);
    from = times.finishedAt ?? from;
    previousDone = state === "done";
    return {
      name: kind.name,
      state,
      title: kind.title,
      detail: current?.message ?? "",
      hint: current?.hint ?? null,
      ...times,
      log: state === "waiting" ? null : kind.log,
    };
  });
}

/** Why it does not serve as wished: the first failed step's message; null when nothing failed. */
export const deploymentProblem = (steps: readonly DeploymentStep[]): string | null => steps.find((step) => step.state === "failed")?.detail ?? null;
