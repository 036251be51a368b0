import type { Cause } from "#server/domain/deployment/status";
import type { InstanceRow } from "#server/store/instances";
import { write, type ControlContext } from "../context";
import { attempt } from "../driver-errors";
import { after, done, type Outcome } from "../runtime/outcome";
import { failInstance, lastLines } from "./fail";
import { readRunSpec } from "./run-spec-column";

const nextStep = after(0, "next step");

/** Gives the instance up with the engine's word; the slot is tried again later by the deployment's plan. */
async function refuse(context: ControlContext, row: InstanceRow, failure: Cause, state: "Rejected" | "Failed"): Promise<Outcome> {
  const lines = state === "Failed" ? await lastLines(context, row.id) : [];
  const reason = state === "Failed" && failure.reason === "InvalidConfiguration" ? "CannotStart" : failure.reason;
  await failInstance(context, row, { state, cause: { reason, message: failure.message, hint: failure.hint }, exitCode: null, lines });
  return done;
}

/** Pending: the address is in the row already, so what is left is to say that the instance has its place. */
export async function assign(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  await write(context, (session) => session.instances.updateIfState(row.id, "Pending", { state: "Assigned" }));
  return nextStep;
}

/** Assigned: the container is made, under a name that derives from the instance's id, so that a repeated call finds it. */
export async function createContainer(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  // Without its network or volume the instance can never be; the deployment makes both again with the slot's next instance.
  const created = await attempt(() => context.driver.createInstance(readRunSpec(row).run), ["not_found"]);
  if (!created.ok) return refuse(context, row, created.failure, "Rejected");
  await write(context, async (session) => {
    await session.instances.updateIfState(row.id, row.state, { state: "Starting", containerId: created.value.containerId });
    await session.changes.append("deployment", row.deploymentId);
  });
  return nextStep;
}

/** Starting: the container is started, and where gateways will dial it is kept. */
export async function startContainer(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  const started = await attempt(() => context.driver.startInstance(row.id), ["not_found"]);
  if (!started.ok) return refuse(context, row, started.failure, "Failed");
  const observation = await context.driver.inspectInstance(row.id);
  const frozen = readRunSpec(row);
  const dial = { address: observation?.address ?? frozen.run.address, port: observation?.port ?? frozen.run.port };
  const startedAt = observation?.startedAt ?? context.clock.now();
  await write(context, async (session) => {
    await session.instances.updateIfState(row.id, "Starting", { state: "Running", startedAt, runSpec: { ...row.runSpec, dial } });
    await session.changes.append("deployment", row.deploymentId);
  });
  return nextStep;
}
