/** The colour of a deployment everywhere; chosen on creation, kept with the deployment (0-7). */
export const deploymentColor = (index: number): string => `var(--deploy-${((Math.trunc(index) % 8) + 8) % 8})`;

const statusClassColors: Readonly<Record<string, string>> = {
  "2xx": "var(--status-2xx, #2f9e6b)",
  "3xx": "var(--status-3xx, #4b8fd6)",
  "4xx": "var(--status-4xx, #c98a17)",
  "429": "var(--status-429, #8a6fd1)",
  "5xx": "var(--status-5xx, #d6453d)",
};
const otherStatus = "var(--status-other, #8b8f98)";

/** Colour by meaning, not by order: the same class has the same colour on every chart. */
export const statusClassColor = (key: string): string => statusClassColors[key] ?? otherStatus;

/** From calm to alarming, so that the tail of a latency distribution stands out. */
export const percentileColor = (percentile: number): string => {
  if (percentile >= 99) return "var(--percentile-99, #d6453d)";
  if (percentile >= 95) return "var(--percentile-95, #c98a17)";
  if (percentile >= 90) return "var(--percentile-90, #8a6fd1)";
  return "var(--percentile-50, #2b8ac6)";
};
