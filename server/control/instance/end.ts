import { isAcknowledged, isAddressFree } from "#server/domain/host/addressing";
import type { InstanceRow } from "#server/store/instances";
import { write, type ControlContext } from "../context";
import { recordEvent } from "../events";
import { inFlightAt, readRoutingView, trustedForMs } from "../gateways";
import { tellWaiting } from "../host/room";
import { after, done, type Outcome } from "../runtime/outcome";
import { endOf } from "./fail";
import { readProbeState } from "./probe-state";
import { readRunSpec } from "./run-spec-column";

/** Between looks at acknowledgements and in-flight counts; hints usually come first. */
const lookAgainMs = 250;
/** What a container gets to end by itself once nothing is in flight. */
const stopGraceMs = 10_000;
/** Added to the request time-out: the longest that a request taken just before the drain may still run. */
const drainMarginMs = 1000;

/** Wanted no more while gateways may know it: say so first, so that traffic takes it out of the routing revision. */
async function beginDraining(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  await write(context, async (session) => {
    await session.instances.updateIfState(row.id, row.state, { state: "Draining", ready: false, drainingAt: context.clock.now() });
    await session.changes.append("traffic", row.endpointId);
    await session.changes.append("deployment", row.deploymentId);
  });
  return after(lookAgainMs, "waits for gateways");
}

async function markStopped(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  await context.driver.stopInstance(row.id, stopGraceMs);
  const observation = await context.driver.inspectInstance(row.id);
  await write(context, async (session) => {
    const now = context.clock.now();
    // It may have ended long before we could look.
    const stoppedAt = endOf(row, observation?.finishedAt ?? now, now);
    const patch = { state: "Stopped" as const, ready: false, exitCode: observation?.exitCode ?? null, stoppedAt, unroutedRevision: null };
    await session.instances.updateIfState(row.id, row.state, patch);
    await session.changes.append("traffic", row.endpointId);
    await session.changes.append("deployment", row.deploymentId);
  });
  return done;
}

/** It ended because the product was stopped: no failure, and its slot gets a new one at once. */
export async function endWithProduct(context: ControlContext, row: InstanceRow, endedAt: number, exitCode: number | null): Promise<Outcome> {
  const stoppedAt = endOf(row, endedAt, context.clock.now());
  const cause = { reason: "StoppedWithProduct", message: `Instance ${String(row.slot)} was stopped with the product.`, hint: null };
  await write(context, async (session) => {
    const patch = { state: "Stopped" as const, ready: false, exitCode, stoppedAt, unroutedRevision: null, ...cause };
    if ((await session.instances.updateIfState(row.id, row.state, patch)) === null) return;
    const { workspaceId, endpointId, deploymentId, id } = row;
    await recordEvent(session, { workspaceId, endpointId, deploymentId, instanceId: id, severity: "info", ...cause, data: { slot: row.slot } }, stoppedAt);
    await session.changes.append("traffic", row.endpointId);
    await session.changes.append("deployment", row.deploymentId);
  });
  return done;
}

/** Every gateway stopped sending; now what is in flight may finish, for at most as long as a request may take. */
async function finishDraining(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  const now = context.clock.now();
  const state = readProbeState(row.probeState);
  const { applied, gateways } = await readRoutingView(context.store, now, trustedForMs);
  if (state.quietAt === null) {
    if (!isAcknowledged(row.unroutedRevision, applied)) return after(lookAgainMs, "waits for acknowledgements");
    await write(context, (session) => session.instances.updateIfState(row.id, "Draining", { probeState: { ...state, quietAt: now } }));
    return after(gateways.length === 0 ? 0 : lookAgainMs, "waits for requests in flight");
  }
  const inFlight = gateways.length === 0 ? 0 : inFlightAt(gateways, row.id, state.quietAt);
  const overdue = now - state.quietAt >= readRunSpec(row).requestTimeoutMs + drainMarginMs;
  return inFlight === 0 || overdue ? markStopped(context, row) : after(lookAgainMs, "requests are in flight");
}

/** The wish is Stopped: drain what gateways know, stop what they do not. */
export async function stop(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  if (row.state === "Draining") return finishDraining(context, row);
  return row.readyAt === null ? markStopped(context, row) : beginDraining(context, row);
}

/** The wish is Removed: the container goes at once, the address when no gateway can send to it any more. */
export async function remove(context: ControlContext, row: InstanceRow): Promise<Outcome> {
  await context.driver.removeInstance(row.id);
  const now = context.clock.now();
  const { applied } = await readRoutingView(context.store, now, trustedForMs);
  if (!isAddressFree({ containerGone: true, wasRouted: row.readyAt !== null, unroutedRevision: row.unroutedRevision }, applied))
    return after(1000, "the address rests");
  await write(context, async (session) => {
    await session.instances.updateIfState(row.id, row.state, { removedAt: now });
    await session.changes.append("deployment", row.deploymentId);
    await tellWaiting(session, row.deploymentId);
  });
  return done;
}
