/** An observed fact about a reconciled row, with the machine-readable cause that its state does not carry. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** PascalCase cause, listed with its hint in the failure-modes table. */
  readonly reason: string;
  readonly message: string;
  /** What to do next; empty when nothing is wrong. */
  readonly hint?: string;
  /** Unix milliseconds of the last change of `status`. */
  readonly lastTransitionAt: number;
  /** Generation of the spec that this fact was observed for. */
  readonly observedGeneration: number;
}

export type ConditionInput = Omit<Condition, "lastTransitionAt">;

/** Merges one observation: the transition time moves only when the status changes; order by type is kept. */
export function mergeCondition(existing: readonly Condition[], input: ConditionInput, nowMs: number): Condition[] {
  const previous = existing.find((condition) => condition.type === input.type);
  const lastTransitionAt = previous?.status === input.status ? previous.lastTransitionAt : nowMs;
  const merged: Condition = { ...input, lastTransitionAt };
  return previous === undefined ? [...existing, merged] : existing.map((condition) => (condition.type === input.type ? merged : condition));
}

/** The same without the conditions of a type: what they told of is no more. */
export const withoutCondition = (existing: readonly Condition[], type: string): Condition[] => existing.filter((condition) => condition.type !== type);

export const findCondition = (conditions: readonly Condition[], type: string): Condition | undefined => conditions.find((condition) => condition.type === type);
