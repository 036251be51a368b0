/** What was measured against what is wanted; absolute figures depend on the machine, so most goals are ratios within one run. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly wanted: "at most" | "at least";
  readonly limit: number;
  readonly unit?: string;
}

export const isMet = ({ value, wanted, limit }: Goal): boolean => (wanted === "at most" ? value <= limit : value >= limit);

/** Cells of a goal's row; a value that could not be measured is not met. */
export function goalRow(goal: Goal): string[] {
  const unit = goal.unit === undefined ? " ×" : ` ${goal.unit}`;
  const value = Number.isFinite(goal.value) ? `${goal.value.toFixed(2)}${unit}` : "-";
  return [goal.what, value, `${goal.wanted === "at most" ? "≤" : "≥"} ${String(goal.limit)}${unit}`, isMet(goal) ? "met" : "NOT MET"];
}
