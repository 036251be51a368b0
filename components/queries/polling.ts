/** How soon to look again: quickly while something moves, slowly once it has settled. React Query pauses it in hidden tabs. */
export const movingMs = 1000;
export const settledMs = 10_000;

interface Reconciled {
  readonly generation: number;
  readonly observedGeneration: number;
  readonly provisioningState: string;
}

const movingStates = new Set(["Creating", "Updating", "Deleting", "Queued", "Building"]);

/** Whether the platform still works on the wish. */
export function isMoving(item: Reconciled): boolean {
  return item.observedGeneration < item.generation || movingStates.has(item.provisioningState);
}

/** Whether a state word alone says that work is under way. */
export function isMovingState(state: string): boolean {
  return movingStates.has(state);
}

/** Milliseconds to the next look at these things. */
export function pollInterval(items: readonly Reconciled[] | undefined): number {
  return items?.some(isMoving) === true ? movingMs : settledMs;
}

/** Whether gateways have yet to answer to the newest wish: they may, some time after the platform has looked at it. */
export function isProgramming({
  generation,
  conditions,
}: Pick<Reconciled, "generation"> & {
  readonly conditions: readonly { readonly type: string; readonly reason: string; readonly observedGeneration: number }[];
}): boolean {
  const programmed = conditions.find(({ type }) => type === "TrafficProgrammed");
  return programmed !== undefined && (programmed.observedGeneration < generation || programmed.reason === "Programming");
}
