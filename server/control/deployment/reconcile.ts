import { createHash } from "node:crypto";
import { planDeployment, type Plan, type PlanAction } from "#server/domain/deployment/plan";
import { wishHashOf } from "#server/domain/deployment/run-spec";
import { deploymentStatus, type Cause, type DeploymentFacts, type Evidence, type StepFact } from "#server/domain/deployment/status";
import type { DeploymentRow } from "#server/store/deployments";
import type { InstanceRow } from "#server/store/instances";
import { after, done, type Outcome, type PassContext, type Reconciler } from "../runtime/outcome";
import { loops, write, type ControlContext } from "../context";
import { createInstanceRow } from "./create-instance";
import { finishDeletion } from "./delete";
import { imageStep } from "./image-step";
import { readInputs, validSpec, type DeploymentInputs } from "./inputs";
import { networkStep } from "./network-step";
import { instanceFacts, readInstances, toPlanInstance } from "./observe";
import { isStaged, stageStep } from "./stage-step";
import { writeStatus } from "./write-status";

/** How long to wait for room on the host before asking again; whoever frees some also wakes us by a hint. */
const blockedRetryMs = 15_000;
const waiting: StepFact = { state: "waiting" };

type Facts = Omit<DeploymentFacts, "generation" | "deleting" | "instances">;

/** A number in [0, 1) that is always the same for one instance: the restart of its slot must not move with every pass. */
const jitterOf = (instanceId: string): number => createHash("sha256").update(instanceId).digest().readUInt32BE(0) / 2 ** 32;

function planFor(context: ControlContext, deployment: DeploymentRow, rows: readonly InstanceRow[]): Plan {
  return planDeployment({
    wishHash: wishHashOf(deployment),
    count: deployment.spec.instanceCount,
    deleting: deployment.deleteRequested,
    instances: rows.map(toPlanInstance),
    now: context.clock.now(),
    jitter: jitterOf,
  });
}

/** Writes the wishes of stops and removals; instances carry them out. */
async function applyEndings(context: ControlContext, deployment: DeploymentRow, actions: readonly PlanAction[]): Promise<void> {
  const endings = actions.filter((action) => action.kind !== "create");
  if (endings.length === 0) return;
  await write(context, async (session) => {
    for (const ending of endings) {
      await session.instances.update(ending.instanceId, { desiredState: ending.kind === "stop" ? "Stopped" : "Removed" });
      await session.changes.append("instance", ending.instanceId);
    }
    await session.changes.append("traffic", deployment.endpointId);
  });
}

interface Preparation {
  /** With the pin that was found or moved. */
  readonly deployment: DeploymentRow;
  readonly facts: Facts;
  readonly inputs: DeploymentInputs | null;
  readonly image: string | null;
  readonly retryAfterMs: number | null;
}

async function prepare(context: ControlContext, pass: PassContext, deployment: DeploymentRow): Promise<Preparation> {
  const nothing = { deployment, inputs: null, image: null, retryAfterMs: null };
  const endpoint = await context.store.endpoints.findById(deployment.endpointId);
  if (endpoint === null) return { ...nothing, facts: { spec: waiting, image: waiting, model: waiting } };
  const found = await readInputs(context.store, deployment, endpoint);
  if (!found.ok) return { ...nothing, facts: { spec: found.fact, image: waiting, model: waiting } };
  const image = await imageStep(context, pass, deployment, found.inputs.environment);
  if (image.image !== null && image.image !== deployment.imageRef)
    await write(context, (session) => session.deployments.updateProgress(deployment.id, { imageRef: image.image }));
  const model: StepFact = isStaged(deployment, found.inputs)
    ? { state: "done", reason: "Staged", message: "Model and code are verified and in place." }
    : waiting;
  const { deployment: pinned, retryAfterMs } = image;
  return { deployment: pinned, facts: { spec: validSpec, image: image.fact, model }, inputs: found.inputs, image: image.image, retryAfterMs };
}

interface CreationOutcome {
  readonly model: StepFact;
  readonly blocked: Cause | null;
}

const staging: StepFact = { state: "running", reason: "Staging", message: "Model and code are copied and verified." };

async function create(
  context: ControlContext,
  pass: PassContext,
  deployment: DeploymentRow,
  preparation: Preparation,
  actions: readonly PlanAction[],
): Promise<CreationOutcome> {
  const { inputs, image, facts } = preparation;
  const creations = actions.filter((action) => action.kind === "create");
  if (inputs === null || image === null || creations.length === 0) return { model: facts.model, blocked: null };
  const [host] = await context.store.hosts.list();
  if (host === undefined || host.state !== "Ready")
    return { model: facts.model, blocked: { reason: "HostNotReady", message: "The compute host is not ready.", hint: "Check that the engine runs." } };
  if (!isStaged(deployment, inputs)) await report(context, deployment, { ...facts, model: staging }, await readInstances(context.store, deployment.id), null);
  const subnet = await networkStep(context, deployment);
  const stage = await stageStep(context, pass, deployment, inputs);
  if (stage.mounts === null) return { model: stage.fact, blocked: null };
  for (const { slot, priorFailures } of creations) {
    const blocked = await createInstanceRow(context, { deployment, inputs, host, subnet, image, mounts: stage.mounts, slot, priorFailures });
    if (blocked !== null) return { model: stage.fact, blocked };
  }
  return { model: stage.fact, blocked: null };
}

/** Of the first step that failed, which is the one that the status speaks of. Instances tell their own endings. */
function evidenceOf(steps: readonly StepFact[]): Evidence {
  const failed = steps.find((step) => step.state === "failed");
  return {
    ...(failed?.lines === undefined ? {} : { lines: failed.lines }),
    ...(failed?.exitCode === undefined ? {} : { exitCode: failed.exitCode }),
  };
}

function report(context: ControlContext, deployment: DeploymentRow, facts: Facts, rows: readonly InstanceRow[], blocked: Cause | null): Promise<void> {
  const instances = instanceFacts(rows, wishHashOf(deployment), deployment.spec.instanceCount, blocked);
  const status = deploymentStatus(
    { ...facts, generation: deployment.generation, deleting: deployment.deleteRequested, instances },
    deployment,
    context.clock.now(),
  );
  return writeStatus(context, deployment, status, evidenceOf([facts.spec, facts.image, facts.model]));
}

async function converge(context: ControlContext, pass: PassContext, found: DeploymentRow): Promise<Outcome> {
  const preparation = await prepare(context, pass, found);
  const { deployment } = preparation;
  const plan = planFor(context, deployment, await readInstances(context.store, deployment.id));
  await applyEndings(context, deployment, plan.actions);
  const creation = await create(context, pass, deployment, preparation, plan.actions);
  const fresh = await context.store.deployments.findById(deployment.id);
  const rows = await readInstances(context.store, deployment.id);
  await report(context, fresh ?? deployment, { ...preparation.facts, model: creation.model }, rows, creation.blocked);
  if (creation.blocked !== null) return after(blockedRetryMs, creation.blocked.reason);
  if (preparation.retryAfterMs !== null) return after(preparation.retryAfterMs, "the image's registry is asked again");
  return plan.requeueAfterMs === null ? done : after(plan.requeueAfterMs, "a failed slot waits for its restart");
}

async function remove(context: ControlContext, deployment: DeploymentRow): Promise<Outcome> {
  const rows = await readInstances(context.store, deployment.id);
  await report(context, deployment, { spec: validSpec, image: waiting, model: waiting }, rows, null);
  await applyEndings(context, deployment, planFor(context, deployment, rows).actions);
  if (rows.some((row) => row.removedAt === null)) return done;
  await finishDeletion(context, deployment);
  return done;
}

/** Brings a deployment towards its wish: image, volume, network, instance rows, status. Instances do the rest by themselves. */
export function deploymentReconciler(context: ControlContext): Reconciler {
  return {
    name: loops.deployment,
    concurrency: 4,
    // Copying a large model into its volume is the longest step.
    deadlineMs: 30 * 60_000,
    async reconcile(key, pass) {
      const deployment = await context.store.deployments.findById(key);
      if (deployment === null || deployment.deletedAt !== null) return done;
      return deployment.deleteRequested ? remove(context, deployment) : converge(context, pass, deployment);
    },
  };
}
