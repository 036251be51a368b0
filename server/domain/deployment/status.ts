import { findCondition, mergeCondition, type Condition, type ConditionInput } from "../condition";
import type { ProvisioningState } from "../provisioning";
import type { DeploymentConditionType } from "./types";

/** One step on the way to instances, as last seen. `failed` has a cause to show; whether it is tried again is the loop's to know. */
export type StepFact =
  | { readonly state: "waiting" }
  | { readonly state: "running"; readonly reason: string; readonly message: string }
  | { readonly state: "done"; readonly reason: string; readonly message: string }
  | FailedStep;

/** What shows a failure beside its words: the log's relevant lines, and the exit code of what ended. */
export interface Evidence {
  readonly lines?: readonly string[];
  readonly exitCode?: number;
}

export interface FailedStep extends Evidence {
  readonly state: "failed";
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

export interface DeploymentFacts {
  readonly generation: number;
  readonly deleting: boolean;
  readonly spec: StepFact;
  readonly image: StepFact;
  readonly model: StepFact;
  readonly instances: {
    readonly wanted: number;
    /** Ready on any spec, and ready on the wished one. */
    readonly ready: number;
    readonly current: number;
    /** Instances on another spec that have not ended. */
    readonly outdated: number;
    /** Why the newest instance of some slot on the wished spec ended; null once its slot is ready again. */
    readonly failure: Cause | null;
    /** Why the next instance cannot be created now. */
    readonly blocked: Cause | null;
  };
}

export interface DeploymentStatus {
  readonly observedGeneration: number;
  readonly provisioningState: ProvisioningState;
  readonly conditions: readonly Condition[];
  readonly lastError: string | null;
}

const waitingMessage = "Waits for the step before it.";

function stepCondition(type: DeploymentConditionType, fact: StepFact, observedGeneration: number): ConditionInput {
  if (fact.state === "waiting") return { type, status: "Unknown", reason: "Waiting", message: waitingMessage, observedGeneration };
  const status = fact.state === "done" ? "True" : fact.state === "failed" ? "False" : "Unknown";
  const hint = "hint" in fact && fact.hint !== "" ? { hint: fact.hint } : {};
  return { type, status, reason: fact.reason, message: fact.message, ...hint, observedGeneration };
}

function instancesFact({ instances }: DeploymentFacts): StepFact {
  const { wanted, ready, current, failure, blocked } = instances;
  if (current >= wanted) return { state: "done", reason: "AllReady", message: `${String(current)} of ${String(wanted)} instances are ready.` };
  if (failure !== null) return { state: "failed", ...failure };
  if (blocked !== null) return { state: "failed", ...blocked };
  const serving = ready > current ? ` ${String(ready - current)} on the version before serve meanwhile.` : "";
  return { state: "running", reason: "Starting", message: `${String(current)} of ${String(wanted)} instances are ready.${serving}` };
}

const isFailed = (fact: StepFact): fact is FailedStep => fact.state === "failed";

/** Once everything was ready for a generation, later trouble shows in conditions only: the wish has been honoured. */
function wasComplete(previous: DeploymentStatus, generation: number): boolean {
  const progressing = findCondition(previous.conditions, "Progressing");
  return progressing?.reason === "Complete" && progressing.observedGeneration === generation;
}

function provisioningState(facts: DeploymentFacts, previous: DeploymentStatus, complete: boolean, failed: boolean): ProvisioningState {
  if (facts.deleting) return "Deleting";
  if (complete || wasComplete(previous, facts.generation)) return "Succeeded";
  if (failed) return "Failed";
  const first = previous.observedGeneration === 0 || previous.provisioningState === "Creating";
  return first ? "Creating" : "Updating";
}

function progressing(facts: DeploymentFacts, previous: DeploymentStatus, complete: boolean, failure: Cause | undefined): ConditionInput {
  const base = { type: "Progressing", observedGeneration: facts.generation } as const;
  if (facts.deleting) return { ...base, status: "True", reason: "Deleting", message: "Instances end and everything is given back." };
  if (complete || wasComplete(previous, facts.generation)) return { ...base, status: "False", reason: "Complete", message: "The wished state is in force." };
  if (failure !== undefined) return { ...base, status: "False", reason: failure.reason, message: failure.message, hint: failure.hint };
  return { ...base, status: "True", reason: "Converging", message: "Working towards the wished state." };
}

/** What is said of a deployment after a pass, from facts alone; conditions keep the time of their last change. */
export function deploymentStatus(facts: DeploymentFacts, previous: DeploymentStatus, nowMs: number): DeploymentStatus {
  const instances = instancesFact(facts);
  const steps: readonly (readonly [DeploymentConditionType, StepFact])[] = [
    ["SpecValid", facts.spec],
    ["ImageReady", facts.image],
    ["ModelStaged", facts.model],
    ["InstancesAvailable", instances],
  ];
  const failure = steps.map(([, fact]) => fact).find(isFailed);
  const complete = !facts.deleting && facts.spec.state === "done" && instances.state === "done" && facts.instances.outdated === 0;
  const ready: ConditionInput = {
    type: "Ready",
    observedGeneration: facts.generation,
    ...(complete
      ? { status: "True", reason: "Ready", message: "All instances are ready." }
      : failure === undefined
        ? {
            status: "False",
            reason: facts.deleting ? "Deleting" : "NotReady",
            message: facts.deleting ? "It is being deleted." : "Not all instances are ready.",
          }
        : { status: "False", reason: failure.reason, message: failure.message, hint: failure.hint }),
  };
  const inputs = [...steps.map(([type, fact]) => stepCondition(type, fact, facts.generation)), progressing(facts, previous, complete, failure), ready];
  const conditions = inputs.reduce<readonly Condition[]>((merged, input) => mergeCondition(merged, input, nowMs), previous.conditions);
  return {
    observedGeneration: facts.generation,
    provisioningState: provisioningState(facts, previous, complete, failure !== undefined),
    conditions,
    lastError: failure?.message ?? null,
  };
}
