/** The colour of a deployment everywhere; chosen on creation, kept with the deployment (0-7). */
export const deploymentColor = (index: number): string => `var(--deploy-${((Math.trunc(index) % 8) + 8) % 8})`;

export const plainColor = "var(--color-accent)";

const statusClassColors: Readonly<Record<string, string>> = {
  "2xx": "var(--color-ok)",
  "3xx": "var(--color-accent)",
  "4xx": "var(--color-warn)",
  "429": "var(--deploy-3)",
  "5xx": "var(--color-bad)",
};

/** Colour by meaning, not by order: the same class has the same colour on every chart. */
export const statusClassColor = (key: string): string => statusClassColors[key] ?? "var(--color-idle)";

/** From calm to alarming, so that the tail of a latency distribution stands out. */
export const percentileColor = (percentile: number): string => {
  if (percentile >= 99) return "var(--color-bad)";
  if (percentile >= 95) return "var(--color-warn)";
  if (percentile >= 90) return "var(--deploy-4)";
  return plainColor;
};
