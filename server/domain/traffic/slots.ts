/** So many slots in a row belong to a deployment. */
export interface SlotRun {
  readonly deployment: string;
  readonly count: number;
}

type Weights = Readonly<Record<string, number>>;

const coarse = 100;
const fine = 1000;

/** A split of whole percents has a slot per percent, a finer one a slot per tenth. */
const slotCount = (weights: Weights): number => (Object.values(weights).every(Number.isInteger) ? coarse : fine);

/** Slots of each deployment with weight, one deployment after the other in the order of `names`. */
export function slotsInOrder(weights: Weights, names: readonly string[], slots = slotCount(weights)): SlotRun[] {
  const counts = names.map((deployment) => ({ deployment, count: Math.round(((weights[deployment] ?? 0) * slots) / 100) }));
  return counts.filter(({ count }) => count > 0);
}

function runsOf(owners: readonly string[]): SlotRun[] {
  const runs: { deployment: string; count: number }[] = [];
  for (const deployment of owners) {
    const last = runs.at(-1);
    if (last?.deployment === deployment) last.count += 1;
    else runs.push({ deployment, count: 1 });
  }
  return runs;
}

const countOf = (runs: readonly SlotRun[]): number => runs.reduce((sum, { count }) => sum + count, 0);

/**
 * Slots for the given weights of which as few as possible have another owner than before: what a deployment loses are its last slots, and they go
 * to those that grow. The same weights give the same slots again. Fine slots stay fine, since an owner of ten in a row is not to be had otherwise.
 */
export function followingSlots(weights: Weights, names: readonly string[], before: readonly SlotRun[]): SlotRun[] {
  const wanted = slotsInOrder(weights, names, Math.max(slotCount(weights), countOf(before)));
  const total = countOf(wanted);
  if (total === 0 || before.length === 0) return wanted;
  const scale = total / countOf(before);
  const left = new Map(wanted.map(({ deployment, count }) => [deployment, count]));
  const kept = before.flatMap(({ deployment, count }) =>
    Array.from({ length: count * scale }, (): string | null => {
      const more = left.get(deployment) ?? 0;
      left.set(deployment, more - 1);
      return more > 0 ? deployment : null;
    }),
  );
  const growth = wanted.flatMap(({ deployment }) => Array.from({ length: Math.max(0, left.get(deployment) ?? 0) }, () => deployment));
  return runsOf(kept.map((owner) => owner ?? growth.shift() ?? ""));
}
