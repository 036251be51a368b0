import { hasFailed, isLive, isTerminal } from "../instance/state";
import type { InstanceDesiredState, InstanceState } from "../instance/types";
import { provenAfterMs, restartDelayMs } from "./restart-backoff";

/** What the planner needs to know of one instance whose container or address is not given back yet, or of the last one of a slot. */
export interface PlanInstance {
  readonly id: string;
  readonly slot: number;
  readonly specHash: string;
  readonly desiredState: InstanceDesiredState;
  readonly state: InstanceState;
  readonly ready: boolean;
  /** Container and address are given back: only history. */
  readonly removed: boolean;
  /** Failures in a row of its slot before it. */
  readonly priorFailures: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly readyAt: number | null;
  readonly endedAt: number | null;
}

export interface PlanInput {
  /** Spec hash combined with the restart counter. */
  readonly wishHash: string;
  readonly count: number;
  readonly deleting: boolean;
  readonly instances: readonly PlanInstance[];
  readonly now: number;
  /** A number in [0, 1) that is always the same for one instance, so that the moment of its slot's restart does not move. */
  readonly jitter: (instanceId: string) => number;
}

export type PlanAction =
  | { readonly kind: "create"; readonly slot: number; readonly priorFailures: number }
  | { readonly kind: "stop"; readonly instanceId: string; readonly cause: "surplus" | "replaced" | "outdated" | "deleted" }
  | { readonly kind: "remove"; readonly instanceId: string };

export interface Plan {
  readonly actions: readonly PlanAction[];
  /** When a waiting slot is due for its restart; null when time alone changes nothing. */
  readonly requeueAfterMs: number | null;
}

/** One instance more than the count may exist while replacing, and no ready one ends before its replacement is ready. */
export const surge = 1;

interface Slot {
  readonly number: number;
  readonly live: readonly PlanInstance[];
}

const liveSlots = (instances: readonly PlanInstance[]): Slot[] => {
  const numbers = [...new Set(instances.filter(isLive).map((instance) => instance.slot))].sort((a, b) => a - b);
  return numbers.map((number) => ({ number, live: instances.filter((instance) => instance.slot === number && isLive(instance)) }));
};

/** Slots worth keeping come first: ready on the wished spec, ready, then the rest; lower numbers break ties. */
function worth(slot: Slot, wishHash: string): number {
  if (slot.live.some((instance) => instance.ready && instance.specHash === wishHash)) return 0;
  return slot.live.some((instance) => instance.ready) ? 1 : 2;
}

function splitSurplus(slots: readonly Slot[], input: PlanInput): { kept: Slot[]; surplus: Slot[] } {
  const ranked = [...slots].sort((a, b) => worth(a, input.wishHash) - worth(b, input.wishHash) || a.number - b.number);
  return { kept: ranked.slice(0, input.count).sort((a, b) => a.number - b.number), surplus: ranked.slice(input.count) };
}

function newestOf(instances: readonly PlanInstance[], slot: number): PlanInstance | undefined {
  return instances
    .filter((instance) => instance.slot === slot)
    .reduce<PlanInstance | undefined>((newest, instance) => (newest === undefined || instance.createdAt >= newest.createdAt ? instance : newest), undefined);
}

/** Failures in a row of a slot on the wished spec; a changed spec starts anew. */
export function failuresOf(newest: PlanInstance | undefined, wishHash: string): number {
  if (newest === undefined || newest.specHash !== wishHash || !hasFailed(newest.state)) return 0;
  const proven = newest.readyAt !== null && newest.endedAt !== null && newest.endedAt - newest.readyAt >= provenAfterMs;
  return proven ? 1 : newest.priorFailures + 1;
}

type Creation = { readonly action: PlanAction } | { readonly waitMs: number };

function creationIn(slot: number, input: PlanInput): Creation {
  const ofWish = input.instances.filter((instance) => instance.specHash === input.wishHash);
  const newest = newestOf(ofWish, slot);
  const failures = failuresOf(newest, input.wishHash);
  const dueAt = newest === undefined || failures === 0 ? input.now : (newest.endedAt ?? newest.createdAt) + restartDelayMs(failures, input.jitter(newest.id));
  return dueAt <= input.now ? { action: { kind: "create", slot, priorFailures: failures } } : { waitMs: dueAt - input.now };
}

function missingSlots(kept: readonly Slot[], count: number): number[] {
  const used = new Set(kept.map((slot) => slot.number));
  const missing: number[] = [];
  for (let number = 0; missing.length < count - kept.length; number += 1) if (!used.has(number)) missing.push(number);
  return missing;
}

/** Of several in one slot on the same spec, the one to keep: ready, then oldest. */
const keeperOf = (instances: readonly PlanInstance[]): PlanInstance | undefined =>
  [...instances].sort((a, b) => Number(b.ready) - Number(a.ready) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))[0];

/** What a slot's own instances need: one per spec stays; an outdated one ends when it serves nothing or when its replacement serves. */
function stopsIn(slot: Slot, wishHash: string): PlanAction[] {
  const current = slot.live.filter((instance) => instance.specHash === wishHash);
  const outdated = slot.live.filter((instance) => instance.specHash !== wishHash);
  const replaced = current.some((instance) => instance.ready);
  const keepers = [keeperOf(current)?.id, keeperOf(outdated)?.id];
  return slot.live.flatMap((instance): PlanAction[] => {
    const old = instance.specHash !== wishHash;
    if (old && (replaced || !instance.ready)) return [{ kind: "stop", instanceId: instance.id, cause: replaced ? "replaced" : "outdated" }];
    return keepers.includes(instance.id) ? [] : [{ kind: "stop", instanceId: instance.id, cause: "surplus" }];
  });
}

/**
 * Ended instances give back container and address once the slot moved on; the newest failure of a waiting slot stays,
 * so that its container can still be looked at.
 */
function removals(input: PlanInput, wanted: ReadonlySet<number>): PlanAction[] {
  const kept = (instance: PlanInstance): boolean =>
    !input.deleting &&
    hasFailed(instance.state) &&
    instance.specHash === input.wishHash &&
    wanted.has(instance.slot) &&
    newestOf(input.instances, instance.slot)?.id === instance.id;
  return input.instances
    .filter((instance) => isTerminal(instance.state) && instance.desiredState !== "Removed" && !instance.removed && !kept(instance))
    .map((instance) => ({ kind: "remove", instanceId: instance.id }));
}

function planCreations(kept: readonly Slot[], input: PlanInput): { actions: PlanAction[]; waits: number[] } {
  const actions: PlanAction[] = [];
  const waits: number[] = [];
  let occupied = input.instances.filter((instance) => !isTerminal(instance.state) && !instance.removed).length;
  const consider = (slot: number) => {
    const creation = creationIn(slot, input);
    if ("waitMs" in creation) waits.push(creation.waitMs);
    else if (occupied < input.count + surge) {
      actions.push(creation.action);
      occupied += 1;
    }
  };
  const missing = missingSlots(kept, input.count);
  for (const slot of missing) consider(slot);
  // Scaling comes first: instances are replaced only when every slot has one.
  if (missing.length === 0) {
    const outdated = kept.find((slot) => slot.live.every((instance) => instance.specHash !== input.wishHash && instance.ready));
    if (outdated !== undefined) consider(outdated.number);
  }
  return { actions, waits };
}

/**
 * The steps from what is to what is wished: never above count plus surge, no ready instance ends before its replacement is ready
 * (unless there are too many), scaling before replacing, failed slots again after a growing delay. A converged world has an empty plan.
 */
export function planDeployment(input: PlanInput): Plan {
  if (input.deleting) {
    const stops = input.instances.filter(isLive).map((instance): PlanAction => ({ kind: "stop", instanceId: instance.id, cause: "deleted" }));
    return { actions: [...stops, ...removals(input, new Set())], requeueAfterMs: null };
  }
  const { kept, surplus } = splitSurplus(liveSlots(input.instances), input);
  const surplusStops = surplus.flatMap((slot) => slot.live).map((instance): PlanAction => ({ kind: "stop", instanceId: instance.id, cause: "surplus" }));
  const stops = kept.flatMap((slot) => stopsIn(slot, input.wishHash));
  const { actions, waits } = planCreations(kept, input);
  const wanted = new Set([...kept.map((slot) => slot.number), ...missingSlots(kept, input.count)]);
  return { actions: [...surplusStops, ...actions, ...stops, ...removals(input, wanted)], requeueAfterMs: waits.length === 0 ? null : Math.min(...waits) };
}
