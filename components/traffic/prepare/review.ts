import { isOnStep, type TrafficStep } from "#server/domain/traffic/tenths";
import { formatCount } from "../../ui/format";
import { isSameSplit, type Split } from "./editor";

interface Readiness {
  readonly name: string;
  readonly instancesReady: number;
  readonly problem: string | null;
}

/** `green 10 % → 25 %`, for every deployment that changes; those that gain come first. */
export function changeSentence(before: Split, after: Split, requestsPerMinute: number | null): string {
  if (isSameSplit(before, after)) return "Nothing changes.";
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names
    .map((name) => ({ name, from: before[name] ?? 0, to: after[name] ?? 0 }))
    .filter((change) => change.from !== change.to)
    .sort((one, two) => two.to - two.from - (one.to - one.from));
  const sentence = changes.map(({ name, from, to }) => `${name} ${from} % → ${to} %${rate(to, requestsPerMinute)}`).join("; ");
  if (Object.values(after).every((percent) => percent === 0)) return `${sentence}. Nobody gets traffic: requests without a pin are answered with 404.`;
  return `${sentence}.`;
}

function rate(percent: number, requestsPerMinute: number | null): string {
  if (requestsPerMinute === null || requestsPerMinute <= 0) return "";
  const expected = (requestsPerMinute * percent) / 100;
  return `, about ${formatCount(expected >= 10 ? Math.round(expected) : Number(expected.toPrecision(2)))} requests a minute`;
}

export interface Refusal {
  readonly deployment: string;
  readonly reason: string;
}

/** A raised share on a deployment that cannot answer; lowering one that is already down is how to get away from it, and stays allowed. */
export function refusalsOf(before: Split, after: Split, deployments: readonly Readiness[]): readonly Refusal[] {
  return deployments.flatMap(({ name, instancesReady, problem }) => {
    const raised = (after[name] ?? 0) > (before[name] ?? 0);
    return raised && instancesReady === 0 ? [{ deployment: name, reason: problem ?? "It has no ready instance." }] : [];
  });
}

/** The first share that is finer than the installation's step, as `blue 12.5`; null when there is none. The server takes no change with one. */
export function tooFine(split: Split, step: TrafficStep): string | null {
  const found = Object.entries(split).find(([, percent]) => !isOnStep(percent, step));
  return found === undefined ? null : `${found[0]} ${found[1]}`;
}

/** `blue 90, green 10`, or `all off`. */
export function splitText(split: Split): string {
  const shares = Object.entries(split).filter(([, percent]) => percent > 0);
  return shares.length === 0 ? "all off" : shares.map(([name, percent]) => `${name} ${percent}`).join(", ");
}
