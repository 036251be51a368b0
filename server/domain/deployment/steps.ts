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

/** The timeline of the newest wish, from conditions alone; what was observed for an older wish counts as not yet begun. */
export function deploymentSteps(conditions: readonly Condition[], generation: number, sinceMs: number): readonly DeploymentStep[] {
  let from = sinceMs;
  let previousDone = true;
  return kinds.map((kind) => {
    const condition = findCondition(conditions, kind.type);
    const seen = stateOf(kind, condition, generation);
    const state = seen === "waiting" && previousDone && kind.name !== "ready" ? "running" : seen;
    const begun = state !== "waiting";
    const ended = state === "done" || state === "failed";
    const finishedAt = ended && condition !== undefined ? condition.lastTransitionAt : null;
    const startedAt = begun ? Math.min(from, finishedAt ?? from) : null;
    from = Math.max(from, finishedAt ?? from);
    previousDone = state === "done";
    const current = seen === "waiting" ? undefined : condition;
    return {
      name: kind.name,
      state,
      title: kind.title,
      detail: current?.message ?? "",
      hint: current?.hint ?? null,
      startedAt,
      finishedAt,
      log: begun ? kind.log : null,
    };
  });
}

/** Why it does not serve as wished: the first failed step's message; null when nothing failed. */
export const deploymentProblem = (steps: readonly DeploymentStep[]): string | null => steps.find((step) => step.state === "failed")?.detail ?? null;
