import type { DeploymentColor } from "./types";

const colors: readonly DeploymentColor[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The colour of a new deployment: the first that no other in its endpoint has, else the one that the fewest have. */
export function chooseColor(taken: readonly DeploymentColor[]): DeploymentColor {
  const uses = (color: DeploymentColor): number => taken.filter((other) => other === color).length;
  return colors.reduce<DeploymentColor>((best, color) => (uses(color) < uses(best) ? color : best), 0);
}
